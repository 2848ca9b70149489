package dev.rheo.codec.protobuf;

import dev.rheo.codec.io.ByteOutput;
import java.nio.ByteBuffer;

/**
 * What stands around messages in protobuf answers, so that an object, a list and a watch are
 * written without copying the objects in them. The form that is kept of an object is its bare
 * message: what {@link ProtobufCodec#toMessage} makes.
 *
 * <pre>
 * object: objectPrefix(…)  message  suffix()
 * list:   listPrefix(…)  { itemPrefix(…)  message }…  suffix()
 * watch:  { eventPrefix(…)  message  suffix() }…
 * partial: the first metadataSize(…) bytes of a message are the message of a PartialObjectMetadata
 * </pre>
 */
public final class ProtobufFrames {
  /** The media type of a watch: frames of four bytes of length, big-endian, and an event. */
  public static final String WATCH_MEDIA_TYPE = "application/vnd.kubernetes.protobuf;stream=watch";

  /**
   * Bytes of the length that a frame begins with, and which a message of a WebSocket does not have.
   */
  public static final int FRAME_HEAD = Integer.BYTES;

  private static final int LIST_META = 1;
  private static final int ITEMS = 2;
  private static final int EVENT_TYPE = 1;
  private static final int EVENT_OBJECT = 2;
  private static final int TAG_LENGTH = 1;

  private ProtobufFrames() {}

  /** Where the message stands in a form. */
  public record Range(int from, int to) {
    public int length() {
      return to - from;
    }
  }

  /**
   * Where the message stands in a form, without its envelope: what an item of a list is.
   *
   * @throws dev.rheo.api.status.ApiException 400 if there is no envelope
   */
  public static Range messageAt(byte[] form) {
    Envelope envelope = Envelope.read(form, 0, form.length);
    return new Range(envelope.from(), envelope.to());
  }

  /**
   * How many bytes at the beginning of an object's message are its metadata, and so the message of
   * its PartialObjectMetadata. Upstream's kinds all have metadata as their first field.
   *
   * @param message the beginning of a message that {@link ProtobufCodec#toMessage} made of an
   *     object with metadata; twelve bytes suffice
   * @throws dev.rheo.api.status.ApiException 400 if it does not begin so
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

  /** What comes before an object's message; {@link #suffix} comes after it. */
  public static byte[] objectPrefix(String apiVersion, String kind, int messageLength) {
    return Envelope.prefix(apiVersion, kind, messageLength);
  }

  /** Bytes that an item takes in a list: its prefix and its message. */
  public static long itemSize(int messageLength) {
    return TAG_LENGTH + WireWriter.varintSize(messageLength) + (long) messageLength;
  }

  /**
   * What a list begins with.
   *
   * @param listMeta the list's metadata as a message
   * @param itemsSize the sum of {@link #itemSize} of all items: the envelope tells the length
   */
  public static byte[] listPrefix(
      String apiVersion, String listKind, byte[] listMeta, long itemsSize) {
    long length = TAG_LENGTH + WireWriter.varintSize(listMeta.length) + listMeta.length + itemsSize;
    ByteOutput bytes = new ByteOutput(128 + listMeta.length);
    bytes.write(Envelope.prefix(apiVersion, listKind, length));
    new WireWriter(bytes).bytes(LIST_META, listMeta, 0, listMeta.length);
    return bytes.toByteArray();
  }

  /**
   * ListMeta as a message.
   *
   * @param continueToken may be empty
   * @param remaining items that are left; negative if that is not told
   */
  public static byte[] listMeta(String resourceVersion, String continueToken, long remaining) {
    ByteOutput bytes = new ByteOutput(64);
    WireWriter out = new WireWriter(bytes);
    out.string(1, "");
    out.string(2, resourceVersion);
    out.string(3, continueToken);
    if (remaining >= 0) {
      out.varint(4, remaining);
    }
    return bytes.toByteArray();
  }

  /** What comes before an item's message. */
  public static byte[] itemPrefix(int messageLength) {
    ByteOutput bytes = new ByteOutput(8);
    WireWriter out = new WireWriter(bytes);
    out.tag(ITEMS, Wire.BYTES);
    out.varint(messageLength);
    return bytes.toByteArray();
  }

  /** What comes after an object's message, after the last item of a list, and ends an event. */
  public static byte[] suffix() {
    return Envelope.suffix();
  }

  /**
   * What comes before an object's message in a watch: the frame's length, of {@link #FRAME_HEAD}
   * bytes, the event up to its object, and the object up to its message. {@link #suffix} comes
   * after it.
   *
   * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
   * @param apiVersion of the object
   * @param kind of the object
   * @throws ArithmeticException if the event does not fit into two gigabytes
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
