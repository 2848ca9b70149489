package dev.rheo.codec.protobuf;

import dev.rheo.codec.io.ByteOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What stands around forms in protobuf answers, so that a list and a watch are written without
 * copying the objects in them. A form is what {@link ProtobufCodec#toProtobuf} makes.
 *
 * <pre>
 * list:   listPrefix  { itemPrefix  message }…  suffix          message: where messageAt tells, in a form
 * watch:  { eventPrefix  form }…
 * </pre>
 */
public final class ProtobufFrames {
  /** The media type of a watch: frames of four bytes of length, big-endian, and an event. */
  public static final String WATCH_MEDIA_TYPE = "application/vnd.kubernetes.protobuf;stream=watch";

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

  /**
   * What comes before a message so that it is an object in its envelope; after it comes {@link
   * #suffix}.
   */
  public static byte[] objectPrefix(String apiVersion, String kind, int messageLength) {
    return Envelope.prefix(apiVersion, kind, messageLength);
  }

  /** What comes before an item's message. */
  public static byte[] itemPrefix(int messageLength) {
    ByteOutput bytes = new ByteOutput(8);
    WireWriter out = new WireWriter(bytes);
    out.tag(ITEMS, Wire.BYTES);
    out.varint(messageLength);
    return bytes.toByteArray();
  }

  /** What a list, and an object, ends with. */
  public static byte[] suffix() {
    return Envelope.suffix();
  }

  /**
   * What comes before a form in a watch: the frame's length and the event up to its object.
   *
   * @param type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR
   */
  public static byte[] eventPrefix(String type, int formLength) {
    ByteOutput bytes = new ByteOutput(32);
    int frame = bytes.claim(Integer.BYTES);
    WireWriter out = new WireWriter(bytes);
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    out.bytes(EVENT_TYPE, name, 0, name.length);
    out.tag(EVENT_OBJECT, Wire.BYTES);
    out.varint(TAG_LENGTH + WireWriter.varintSize(formLength) + (long) formLength);
    out.tag(Wire.ONLY, Wire.BYTES);
    out.varint(formLength);
    int length = Math.addExact(bytes.size() - Integer.BYTES, formLength);
    ByteBuffer.wrap(bytes.array()).putInt(frame, length);
    return bytes.toByteArray();
  }
}
