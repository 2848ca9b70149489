package dev.rheo.server.encoding;

import dev.rheo.resource.type.ResourceType;

/** An encoding that shows each object as its own kind, or as a PartialObjectMetadata. */
abstract class ShapedEncoding extends Encoding {
  final Projection shape;

  ShapedEncoding(ResourceType type, Format format, Projection shape) {
    super(type, format);
    this.shape = shape;
  }

  /** Whether the items of a list state their kind, as those of custom resources do. */
  final boolean namesItems() {
    return shape.partial() || type.customObjects() != null;
  }

  @Override
  final String apiVersion() {
    return shape.apiVersion();
  }

  @Override
  final String kind() {
    return shape.kind();
  }

  @Override
  final String listKind() {
    return shape.partial() ? shape.kind() + "List" : type.listKind();
  }
}
