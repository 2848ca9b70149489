package dev.rheo.server.encoding;

import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.DerivedKind.Bytes;

/** CBOR; watches are CBOR sequences (RFC 8742). */
final class CborEncoding extends ShapedEncoding {
  private final ObjectRange part;
  private final byte[] head;

  CborEncoding(ResourceType type, Projection shape, FormKinds kinds) {
    super(type, Format.CBOR, shape);
    this.head = CborForms.head(shape.apiVersion(), shape.kind());
    ObjectType objectType = shape.objectType(type);
    DerivedKind.Maker maker =
        (json, from, to) -> {
          if (!shape.partial()) {
            return Bytes.of(CborForms.tail(json, from, to, objectType));
          }
          byte[] tail = Projection.tail(json, from, to);
          return Bytes.of(CborForms.tail(tail, 0, tail.length, objectType));
        };
    this.part = kinds.derived(shape.extent(), "cbor", maker);
  }

  @Override
  public ObjectRange part(boolean inList) {
    return part;
  }

  @Override
  public Frame object(ObjectInfo subject) {
    return new Frame(head, NOTHING);
  }

  @Override
  public Frame item(ObjectInfo subject) {
    return new Frame(
        namesItems() ? CborForms.itemHead(apiVersion(), kind()) : CborForms.itemHead(), NOTHING);
  }

  @Override
  public Frame event(String eventType, ObjectInfo subject) {
    return new Frame(join(CborForms.eventHead(eventType), head), NOTHING);
  }

  @Override
  public byte[] listHead(ListMetadata meta, long size) {
    return CborForms.listHead(apiVersion(), listKind(), meta);
  }

  @Override
  public byte[] listEnd(ListMetadata meta, boolean empty) {
    return CborForms.listEnd();
  }

  @Override
  byte[] whole(byte[] json, boolean first) {
    return CborForms.object(shape.show(json), shape.objectType(type));
  }

  @Override
  byte[] event(String eventType, String apiVersion, String kind, byte[] object) {
    return join(CborForms.eventHead(eventType), object);
  }
}
