package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A record of the spool: a header with all that an {@link Entry} holds, then the form.
 *
 * <pre>
 *  0 magic              4 header length    8 form length      12 offset of the revision's digits
 * 16 metadata begins   20 metadata ends   24 revision (8)
 * 32 hash of the uid (8)                  40 digits (1), 0 (1), key bytes (2)
 * 44 bytes of the labels (4)              48 field values (4)              52 tag of the resource (4)
 * 56 key, labels, then the field values, each after its length (4)
 * </pre>
 */
final class SpoolRecord {
  /** Bytes of the part of the header that has a fixed size. */
  static final int FIXED = 56;

  static final int MAGIC = 0x52E0_0003;

  private SpoolRecord() {}

  /** Builds headers in one growing array. Used by one thread at a time. */
  static final class Writer {
    private ByteBuffer buffer = ByteBuffer.allocate(4096);

    /** The bytes of the last header, from index 0 on. */
    byte[] bytes() {
      return buffer.array();
    }

    /**
     * @param tag of the resource, {@link Table#tag}
     * @return the header's length
     */
    int encode(
        int tag,
        byte[] key,
        LabelSet labels,
        FieldValues values,
        long revision,
        long uidHash,
        int length,
        int revisionOffset,
        int revisionLength,
        int metadataOffset,
        int metadataEnd) {
      buffer.clear();
      buffer.putInt(MAGIC).putInt(0).putInt(length).putInt(revisionOffset);
      buffer.putInt(metadataOffset).putInt(metadataEnd).putLong(revision);
      buffer.putLong(uidHash);
      buffer.put((byte) revisionLength).put((byte) 0).putShort((short) key.length);
      buffer.putInt(labels.packed().length).putInt(values.array().length).putInt(tag);
      put(key);
      put(labels.packed());
      for (String s : values.array()) {
        putString(s);
      }
      buffer.putInt(4, buffer.position());
      return buffer.position();
    }

    private void putString(String s) {
      byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
      room(4);
      buffer.putInt(utf8.length);
      put(utf8);
    }

    private void put(byte[] bytes) {
      room(bytes.length);
      buffer.put(bytes);
    }

    private void room(int count) {
      if (buffer.remaining() < count) {
        byte[] larger =
            Arrays.copyOf(
                buffer.array(), Math.max(2 * buffer.capacity(), buffer.position() + count));
        buffer = ByteBuffer.wrap(larger).position(buffer.position());
      }
    }
  }

  /** The length of the header that begins at the buffer's position. */
  static int headerLength(ByteBuffer fixed) throws IOException {
    int at = fixed.position();
    int length = fixed.getInt(at + 4);
    if (fixed.getInt(at) != MAGIC || length < FIXED) {
      throw new IOException("not a record of the spool");
    }
    return length;
  }

  /** The form's length, from the fixed part at the buffer's position. */
  static int formLength(ByteBuffer fixed) {
    return fixed.getInt(fixed.position() + 8);
  }

  /** The revision, from the fixed part at the buffer's position. */
  static long revision(ByteBuffer fixed) {
    return fixed.getLong(fixed.position() + 24);
  }

  /** The tag of the resource, from the fixed part at the buffer's position. */
  static int tag(ByteBuffer fixed) {
    return fixed.getInt(fixed.position() + 52);
  }

  /** Whether the header at the buffer's position is of this key of the resource with this tag. */
  static boolean isOf(ByteBuffer header, int tag, byte[] key) {
    int at = header.position();
    if (tag(header) != tag || header.getShort(at + 42) != (short) key.length) {
      return false;
    }
    byte[] found = new byte[key.length];
    header.get(at + FIXED, found);
    return Arrays.equals(found, key);
  }

  /**
   * @param header positioned at a whole header, which this consumes
   * @param offset offset of the record in the segment
   */
  static Entry decode(ByteBuffer header, Segment segment, int offset, String[] fieldNames)
      throws IOException {
    int headerLength = headerLength(header);
    header.position(header.position() + 8);
    int length = header.getInt();
    int revisionOffset = header.getInt();
    int metadataOffset = header.getInt();
    int metadataEnd = header.getInt();
    long revision = header.getLong();
    long uidHash = header.getLong();
    int revisionLength = header.get();
    header.get();
    byte[] key = new byte[Short.toUnsignedInt(header.getShort())];
    byte[] labels = new byte[header.getInt()];
    String[] values = new String[header.getInt()];
    header.getInt();
    header.get(key);
    header.get(labels);
    for (int i = 0; i < values.length; i++) {
      values[i] = string(header);
    }
    return new Entry(
        key,
        LabelSet.ofPacked(labels),
        new FieldValues(fieldNames, values),
        revision,
        uidHash,
        segment,
        offset + headerLength,
        headerLength,
        length,
        revisionOffset,
        revisionLength,
        metadataOffset,
        metadataEnd);
  }

  private static String string(ByteBuffer header) {
    byte[] utf8 = new byte[header.getInt()];
    header.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
