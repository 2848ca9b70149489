package dev.rheo.server.encoding;

import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.codec.yaml.YamlForms;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.DerivedKind.Bytes;

/** YAML in block style. Watches are not supported. */
final class YamlEncoding extends ShapedEncoding {
  private final ObjectRange alone;
  private final ObjectRange inList;

  YamlEncoding(ResourceType type, Projection shape, FormKinds kinds) {
    super(type, Format.YAML, shape);
    this.alone = part(kinds, "yaml", 0, 0);
    this.inList =
        namesItems()
            ? part(kinds, "yaml-item", YamlForms.ITEM_INDENT, 0)
            : part(kinds, "yaml-item", YamlForms.ITEM_INDENT, YamlForms.itemTailOffset());
  }

  private ObjectRange part(FormKinds kinds, String name, int indent, int without) {
    DerivedKind.Maker maker =
        (json, from, to) -> {
          byte[] tail =
              shape.partial()
                  ? yaml(Projection.tail(json, from, to), indent)
                  : YamlForms.tail(json, from, to, indent);
          return new Bytes(tail, without, tail.length);
        };
    return kinds.derived(shape.extent(), name, maker);
  }

  private static byte[] yaml(byte[] tail, int indent) {
    return YamlForms.tail(tail, 0, tail.length, indent);
  }

  @Override
  public ObjectRange part(boolean inList) {
    return inList ? this.inList : alone;
  }

  @Override
  public Frame object(ObjectInfo subject) {
    return new Frame(YamlForms.head(apiVersion(), kind()), NOTHING);
  }

  @Override
  public Frame item(ObjectInfo subject) {
    byte[] head = namesItems() ? YamlForms.itemHead(apiVersion(), kind()) : YamlForms.itemHead();
    return new Frame(
        subject.first() ? join(YamlForms.listHead(apiVersion()), head) : head, NOTHING);
  }

  @Override
  public Frame event(String eventType, ObjectInfo subject) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] listHead(ListMetadata meta, long size) {
    // The head depends on whether there are items: item() and listEnd() write it.
    return NOTHING;
  }

  @Override
  public byte[] listEnd(ListMetadata meta, boolean empty) {
    return empty
        ? YamlForms.emptyList(apiVersion(), listKind(), meta)
        : YamlForms.listEnd(listKind(), meta);
  }

  @Override
  byte[] whole(byte[] json, boolean first) {
    return YamlForms.object(shape.show(json));
  }

  @Override
  byte[] event(String eventType, String apiVersion, String kind, byte[] object) {
    throw new UnsupportedOperationException();
  }
}
