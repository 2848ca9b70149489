package dev.rheo.server.encoding;

import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.codec.protobuf.ProtobufFrames;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.DerivedKind.Bytes;
import java.util.Arrays;

/** Protobuf in the envelope of Kubernetes. The form is the bare message. */
final class ProtobufEncoding extends ShapedEncoding {
  private final ObjectRange part;

  ProtobufEncoding(ResourceType type, Projection shape, FormKinds kinds) {
    super(type, Format.PROTOBUF, shape);
    ProtobufCodec codec = ProtobufCodec.builtIn();
    DerivedKind.Maker maker =
        (json, from, to) ->
            Bytes.of(
                shape.partial()
                    ? codec.toPartialMessage(json, from, to)
                    : codec.toMessage(json, from, to, type.apiVersion(), type.kind()));
    this.part = kinds.derived(shape.extent(), "protobuf", maker);
  }

  @Override
  public ObjectRange part(boolean inList) {
    return part;
  }

  @Override
  public Frame object(ObjectInfo subject) {
    return new Frame(
        ProtobufFrames.objectPrefix(apiVersion(), kind(), subject.length()),
        ProtobufFrames.suffix());
  }

  @Override
  public Frame item(ObjectInfo subject) {
    return new Frame(ProtobufFrames.itemPrefix(subject.length()), NOTHING);
  }

  @Override
  public Frame event(String eventType, ObjectInfo subject) {
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
  public byte[] listHead(ListMetadata meta, long size) {
    return ProtobufFrames.listPrefix(apiVersion(), listKind(), ProtobufFrames.listMeta(meta), size);
  }

  @Override
  public byte[] listEnd(ListMetadata meta, boolean empty) {
    return ProtobufFrames.suffix();
  }

  @Override
  byte[] whole(byte[] json, boolean first) {
    if (!shape.partial()) {
      return format.encode(json, apiVersion(), kind(), type.objectType());
    }
    ObjectHeader header = Projection.metadataOf(json);
    byte[] message =
        ProtobufCodec.builtIn()
            .toPartialMessage(json, header.metadataOffset(), header.metadataEnd());
    Frame frame = object(new ObjectInfo(message.length, 0, NOTHING, true));
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
