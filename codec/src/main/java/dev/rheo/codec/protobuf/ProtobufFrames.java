package dev.rheo.codec.protobuf;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.schema.ListMetadata;
import java.nio.ByteBuffer;

/**
 * The bytes around messages in protobuf answers, so that an object, a list and a watch are written
 * without copying their objects. The cached form of an object is its bare message, as {@link
 * ProtobufCodec#toMessage} writes it.
 *
 * <pre>
 * object: objectPrefix(…)  message  suffix()
 * list:   listPrefix(…)  { itemPrefix(…)  message }…  suffix()
 * watch:  { eventPrefix(…)  message  suffix() }…
 * partial: the first metadataSize(…) bytes of a message are the message of a PartialObjectMetadata
 * </pre>
 */
public final class ProtobufFrames {
  /** The media type of a watch: frames of a four-byte big-endian length and an event. */
  public static final String WATCH_MEDIA_TYPE = "application/vnd.kubernetes.protobuf;stream=watch";

  /**
   * Size of the length at the beginning of a frame, in bytes. A WebSocket message has no such
   * length.
   */
  public static final int FRAME_HEAD = Integer.BYTES;

  private static final int LIST_META = 1;
  private static final int ITEMS = 2;
  private static final int EVENT_TYPE = 1;
  private static final int EVENT_OBJECT = 2;
  private static final int TAG_LENGTH = 1;

  private ProtobufFrames() {}

  /** The position of the message in a form. */
  public record Range(int from, int to) {
    public int length() {
      return to - from;
    }
  }

  /**
   * Finds the message in a form, without its envelope: a list item is such a message.
   *
   * @throws dev.rheo.codec.io.MalformedException if there is no envelope
   */
  public static Range messageAt(byte[] form) {
    Envelope envelope = Envelope.read(form, 0, form.length);
    return new Range(envelope.from(), envelope.to());
  }

  /**
   * The size of the metadata at the beginning of an object's message, in bytes. These bytes are
   * also the message of its PartialObjectMetadata. In upstream's kinds metadata is the first field.
   *
   * @param message the beginning of a message that {@link ProtobufCodec#toMessage} wrote for an
   *     object with metadata; twelve bytes suffice
   * @throws dev.rheo.codec.io.MalformedException if the message does not begin with metadata
   */
  public static int metadataSize(byte[] message) {
    WireReader in = new WireReader(message, 0, message.length);
    int tag = in.tag();
    long length = in.varint();
    if (tag != Wire.tag(ProtobufCodec.METADATA, Wire.BYTES)
        || length < 0
        || length > Integer.MAX_VALUE - message.length) {
      throw WireReader.malformed("the message does not begin with metadata");
    }
    return Math.addExact(in.position(), (int) length);
  }

  /** The bytes before an object's message, which {@link #suffix} follows. */
  public static byte[] objectPrefix(String apiVersion, String kind, int messageLength) {
    return Envelope.prefix(apiVersion, kind, messageLength);
  }

  /** Size of an item in a list, in bytes: its prefix and its message. */
  public static long itemSize(int messageLength) {
    return TAG_LENGTH + WireWriter.varintSize(messageLength) + (long) messageLength;
  }

  /**
   * The bytes of a list before its first item.
   *
   * @param listMeta the list's metadata as a message
   * @param itemsSize the sum of {@link #itemSize} of all items, for the length in the envelope
   */
  public static byte[] listPrefix(
      String apiVersion, String listKind, byte[] listMeta, long itemsSize) {
    long length = TAG_LENGTH + WireWriter.varintSize(listMeta.length) + listMeta.length + itemsSize;
    ByteOutput bytes = new ByteOutput(128 + listMeta.length);
    bytes.write(Envelope.prefix(apiVersion, listKind, length));
    new WireWriter(bytes).bytes(LIST_META, listMeta, 0, listMeta.length);
    return bytes.toByteArray();
  }

  /** ListMeta as a message. */
  public static byte[] listMeta(ListMetadata meta) {
    ByteOutput bytes = new ByteOutput(64);
    WireWriter out = new WireWriter(bytes);
    out.string(1, "");
    out.string(2, Long.toString(meta.revision()));
    out.string(3, meta.continueToken());
    if (meta.remaining() > 0) {
      out.varint(4, meta.remaining());
    }
    if (!meta.shard().isEmpty()) {
      ByteOutput shardInfo = new ByteOutput(64 + meta.shard().length());
      new WireWriter(shardInfo).string(1, meta.shard());
      out.bytes(5, shardInfo.array(), 0, shardInfo.size());
    }
    return bytes.toByteArray();
  }

  /** The bytes before an item's message. */
  public static byte[] itemPrefix(int messageLength) {
    ByteOutput bytes = new ByteOutput(8);
    WireWriter out = new WireWriter(bytes);
    out.tag(ITEMS, Wire.BYTES);
    out.varint(messageLength);
    return bytes.toByteArray();
  }

  /** The bytes after an object's message, also in an event, and after the last item of a list. */
  public static byte[] suffix() {
    return Envelope.suffix();
  }

  /**
   * The bytes before an object's message in a watch: the frame's length of {@link #FRAME_HEAD}
   * bytes, the event up to its object, and the object up to its message. {@link #suffix} follows
   * the message.
   *
   * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
   * @param apiVersion the object's apiVersion
   * @param kind the object's kind
   * @throws ArithmeticException if the event is larger than 2 GiB
   */
  public static byte[] eventPrefix(String type, String apiVersion, String kind, int messageLength) {
    byte[] object = objectPrefix(apiVersion, kind, messageLength);
    int tail = Math.addExact(messageLength, Envelope.suffix().length);
    int objectLength = Math.addExact(object.length, tail);
    ByteOutput bytes = new ByteOutput(96);
    int frame = bytes.claim(FRAME_HEAD);
    WireWriter out = new WireWriter(bytes);
    out.string(EVENT_TYPE, type);
    out.tag(EVENT_OBJECT, Wire.BYTES);
    out.varint(TAG_LENGTH + WireWriter.varintSize(objectLength) + (long) objectLength);
    out.tag(Wire.ONLY, Wire.BYTES);
    out.varint(objectLength);
    bytes.write(object);
    int length = Math.addExact(bytes.size() - FRAME_HEAD, tail);
    ByteBuffer.wrap(bytes.array()).putInt(frame, length);
    return bytes.toByteArray();
  }
}
