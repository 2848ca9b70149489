package dev.rheo.server.encoding;

import dev.rheo.codec.cbor.CborForms;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.server.encoding.DerivedKind.Bytes;
import dev.rheo.server.resource.ResourceType;

/** CBOR, and for watches a sequence of it (RFC 8742). */
final class CborEncoding extends Encoding {
  private final Shape shape;
  private final Part part;
  private final byte[] head;

  CborEncoding(ResourceType type, Shape shape) {
    super(type, Format.CBOR);
    this.shape = shape;
    this.head = CborForms.head(shape.apiVersion(), shape.kind());
    ObjectType objectType = shape.objectType(type);
    DerivedKind.Maker maker =
        (json, from, metadataEnd) -> {
          if (!shape.partial()) {
            return Bytes.of(CborForms.tail(json, from, json.length, objectType));
          }
          byte[] tail = Shape.tail(json, from, metadataEnd);
          return Bytes.of(CborForms.tail(tail, 0, tail.length, objectType));
        };
    String name = shape.partial() ? "cbor-metadata" : "cbor";
    this.part =
        new Part(
            shape.extent(),
            new DerivedKind(name, type, maker, shape.partial(), false),
            new DerivedKind(name, type, maker, shape.partial(), true));
  }

  @Override
  String apiVersion() {
    return shape.apiVersion();
  }

  @Override
  String kind() {
    return shape.kind();
  }

  @Override
  String listKind() {
    return shape.kind() + "List";
  }

  @Override
  public Part part(boolean inList) {
    return part;
  }

  @Override
  public Frame object(Subject subject) {
    return new Frame(head, NOTHING);
  }

  @Override
  public Frame item(Subject subject) {
    return new Frame(
        shape.partial() ? CborForms.itemHead(apiVersion(), kind()) : CborForms.itemHead(), NOTHING);
  }

  @Override
  public Frame event(String eventType, Subject subject) {
    return new Frame(join(CborForms.eventHead(eventType), head), NOTHING);
  }

  @Override
  public byte[] listHead(ListMeta meta, long size) {
    return CborForms.listHead(
        apiVersion(),
        listKind(),
        Long.toString(meta.revision()),
        meta.token(),
        meta.remaining() > 0 ? meta.remaining() : -1);
  }

  @Override
  public byte[] listEnd(ListMeta meta, boolean empty) {
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
