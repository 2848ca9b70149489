package dev.rheo.server.encoding;

import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.protobuf.ProtobufFrames;
import dev.rheo.server.encoding.DerivedKind.Bytes;
import dev.rheo.server.resource.ResourceType;
import java.util.Arrays;

/** Protobuf in its envelope. The form is the bare message. */
final class ProtobufEncoding extends Encoding {
  private final Shape shape;
  private final Part part;

  ProtobufEncoding(ResourceType type, Shape shape) {
    super(type, Format.PROTOBUF);
    this.shape = shape;
    DerivedKind.Maker maker =
        (json, from, metadataEnd) ->
            shape.partial()
                ? message(shape.json(json, from, metadataEnd), Shape.META, Shape.PARTIAL)
                : message(json, type.apiVersion(), type.kind());
    String name = shape.partial() ? "protobuf-metadata" : "protobuf";
    this.part =
        new Part(
            shape.extent(),
            new DerivedKind(name, type, maker, shape.partial(), false),
            new DerivedKind(name, type, maker, shape.partial(), true));
  }

  private static Bytes message(byte[] json, String apiVersion, String kind) {
    return Bytes.of(ProtobufCodec.builtIn().toMessage(json, apiVersion, kind));
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
    return new Frame(
        ProtobufFrames.objectPrefix(apiVersion(), kind(), subject.length()),
        ProtobufFrames.suffix());
  }

  @Override
  public Frame item(Subject subject) {
    return new Frame(ProtobufFrames.itemPrefix(subject.length()), NOTHING);
  }

  @Override
  public Frame event(String eventType, Subject subject) {
    return new Frame(
        ProtobufFrames.eventPrefix(eventType, apiVersion(), kind(), subject.length()),
        ProtobufFrames.suffix());
  }

  @Override
  public boolean sized() {
    return true;
  }

  @Override
  public long itemSize(int length) {
    return ProtobufFrames.itemSize(length);
  }

  @Override
  public byte[] listHead(ListMeta meta, long size) {
    byte[] listMeta =
        ProtobufFrames.listMeta(
            Long.toString(meta.revision()),
            meta.token(),
            meta.remaining() > 0 ? meta.remaining() : -1);
    return ProtobufFrames.listPrefix(apiVersion(), listKind(), listMeta, size);
  }

  @Override
  public byte[] listEnd(ListMeta meta, boolean empty) {
    return ProtobufFrames.suffix();
  }

  @Override
  byte[] whole(byte[] json, boolean first) {
    if (!shape.partial()) {
      return format.encode(json, apiVersion(), kind());
    }
    byte[] message = ProtobufCodec.builtIn().toMessage(shape.show(json), Shape.META, Shape.PARTIAL);
    Frame frame = object(new Subject(message.length, 0, NOTHING, true));
    return join(frame.before(), message, frame.after());
  }

  @Override
  byte[] event(String eventType, String apiVersion, String kind, byte[] object) {
    ProtobufFrames.Range message = ProtobufFrames.messageAt(object);
    return join(
        ProtobufFrames.eventPrefix(eventType, apiVersion, kind, message.length()),
        Arrays.copyOfRange(object, message.from(), message.to()),
        ProtobufFrames.suffix());
  }
}
