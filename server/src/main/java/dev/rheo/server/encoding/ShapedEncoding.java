package dev.rheo.server.encoding;

import dev.rheo.resource.type.ResourceType;

/** An encoding that shows each object as its own kind, or as a PartialObjectMetadata. */
abstract class ShapedEncoding extends Encoding {
  final Projection shape;

  ShapedEncoding(ResourceType type, Format format, Projection shape) {
    super(type, format);
    this.shape = shape;
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
    return shape.kind() + "List";
  }

  /**
   * The part of an object that is a derived form, plain and compressed.
   *
   * @param name the name of the form of whole objects
   */
  final ObjectRange derived(String name, DerivedKind.Maker maker) {
    String full = shape.partial() ? name + "-metadata" : name;
    return new ObjectRange(
        shape.extent(),
        new DerivedKind(full, type, maker, shape.partial(), false),
        new DerivedKind(full, type, maker, shape.partial(), true));
  }
}
