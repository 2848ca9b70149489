package dev.rheo.server.encoding;

import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.resource.type.ResourceType;

/** JSON: the stored form or a range of it, unchanged unless the type is converted. */
final class JsonEncoding extends ShapedEncoding {
  private static final byte[] FIRST = {'{'};
  private static final byte[] NEXT = {',', '{'};
  private static final byte[] COMMA = {','};
  private static final byte[] CLOSE = {'}'};
  private static final byte[] END = bytes("]}\n");
  private static final byte[] END_OF_EVENT = bytes("}\n");
  private static final byte[] NEWLINE = {'\n'};

  private final ObjectRange part;
  private final byte[] head;
  private final byte[] close;
  private final Frame added;
  private final Frame modified;

  JsonEncoding(ResourceType type, Projection shape, FormKinds kinds) {
    super(type, Format.JSON, shape);
    this.head = head(shape.apiVersion(), shape.kind());
    this.close = shape.partial() ? CLOSE : NOTHING;
    this.part = kinds.json(shape.extent());
    this.added = frame("ADDED");
    this.modified = frame("MODIFIED");
  }

  /** The bytes before an object's metadata: {@code {"kind":"Pod","apiVersion":"v1",}. */
  static byte[] head(String apiVersion, String kind) {
    return bytes("{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + apiVersion + "\",");
  }

  @Override
  public boolean isPlainJson() {
    return !shape.partial();
  }

  @Override
  public ObjectRange part(boolean inList) {
    return part;
  }

  @Override
  public Frame object(ObjectInfo subject) {
    return new Frame(head, join(close, NEWLINE));
  }

  @Override
  public Frame item(ObjectInfo subject) {
    if (namesItems()) {
      return new Frame(subject.first() ? head : join(COMMA, head), close);
    }
    return new Frame(subject.first() ? FIRST : NEXT, NOTHING);
  }

  @Override
  public Frame event(String eventType, ObjectInfo subject) {
    return switch (eventType) {
      case "ADDED" -> added;
      case "MODIFIED" -> modified;
      default -> frame(eventType);
    };
  }

  private Frame frame(String eventType) {
    return new Frame(join(eventHead(eventType), head), join(close, END_OF_EVENT));
  }

  static byte[] eventHead(String eventType) {
    return bytes("{\"type\":\"" + eventType + "\",\"object\":");
  }

  @Override
  public byte[] listHead(ListMetadata meta, long size) {
    boolean open = !shape.partial() && type.customObjects() != null;
    return bytes(
        "{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"metadata\":%s,\"items\":["
            .formatted(listKind(), apiVersion(), meta.toJson(open)));
  }

  @Override
  public byte[] listEnd(ListMetadata meta, boolean empty) {
    return END;
  }

  @Override
  public byte[] answer(byte[] json) {
    return join(whole(json, true), NEWLINE);
  }

  @Override
  byte[] whole(byte[] json, boolean first) {
    return shape.show(json);
  }

  @Override
  byte[] event(String eventType, String apiVersion, String kind, byte[] object) {
    return wholeEvent(eventType, object);
  }

  static byte[] wholeEvent(String eventType, byte[] object) {
    return join(eventHead(eventType), object, END_OF_EVENT);
  }
}
