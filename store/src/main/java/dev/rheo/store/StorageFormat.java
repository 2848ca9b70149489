package dev.rheo.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The column families of RocksDB and how they encode revisions. Numbers are big-endian, so that the
 * order of the bytes is the numeric order.
 *
 * <pre>
 *   family   key                      value
 *   log      revision, sub            the change: {@link Change}
 *   values   revision, sub            the value's bytes; large ones in blob files
 *   keys     key, 0x00, revision      a version of the key: {@link Version}
 *   heads    key                      its newest version, if it exists: {@link Version}
 *   default  see {@link Meta}
 * </pre>
 *
 * <p><em>sub</em> numbers the puts and deletes of a commit from 0. The log is separate from the
 * values so that pruning and a watch of few keys do not read values that they do not need. The
 * heads are separate from the versions so that a commit compares revisions with a point lookup,
 * regardless of the number of versions and tombstones around the key.
 *
 * <p>The index of expiry times is in the default family. It is a hint: an entry whose revision is
 * not that of the key's newest version is of a value that was replaced or deleted, and is dropped
 * when it is due. So a commit never has to find an older entry, and stores that were written before
 * there were such entries, and programs that do not know them, are compatible: format 1 is both.
 */
final class StorageFormat {
  static final int FORMAT = 1;

  static final byte[] LOG = ascii("log");
  static final byte[] VALUES = ascii("values");
  static final byte[] KEYS = ascii("keys");
  static final byte[] HEADS = ascii("heads");

  private static final int REVISION_BYTES = Long.BYTES;

  private StorageFormat() {}

  /** The keys of the default family. */
  static final class Meta {
    static final byte[] FORMAT = ascii("format");
    static final byte[] ID = ascii("id");

    /** {@link HeadFigures}, written with every group of commits. */
    static final byte[] HEAD = ascii("head");

    /** The lowest revision that can be read. */
    static final byte[] COMPACTED = ascii("compacted");

    /** The revision up to which compacted history is deleted. */
    static final byte[] PRUNED = ascii("pruned");

    private static final byte[] SAMPLE = ascii("sample/");

    private static final byte[] EXPIRY = ascii("expiry/");

    private Meta() {}

    /**
     * An entry of the index of expiry times: in order of time. Its value is the revision that wrote
     * the key's value.
     *
     * @param epochMillis at least 0
     */
    static byte[] expiry(long epochMillis, byte[] key) {
      return ByteBuffer.allocate(EXPIRY.length + Long.BYTES + key.length)
          .put(EXPIRY)
          .putLong(epochMillis)
          .put(key)
          .array();
    }

    static boolean isExpiry(byte[] key) {
      return key.length > EXPIRY.length + Long.BYTES
          && Arrays.equals(key, 0, EXPIRY.length, EXPIRY, 0, EXPIRY.length);
    }

    static long expiryTime(byte[] entry) {
      return ByteBuffer.wrap(entry).getLong(EXPIRY.length);
    }

    static byte[] expiringKey(byte[] entry) {
      return Arrays.copyOfRange(entry, EXPIRY.length + Long.BYTES, entry.length);
    }

    static byte[] sample(long revision) {
      return ByteBuffer.allocate(SAMPLE.length + REVISION_BYTES)
          .put(SAMPLE)
          .putLong(revision)
          .array();
    }

    static boolean isSample(byte[] key) {
      return key.length == SAMPLE.length + REVISION_BYTES
          && Arrays.equals(key, 0, SAMPLE.length, SAMPLE, 0, SAMPLE.length);
    }

    static long sampleRevision(byte[] key) {
      return ByteBuffer.wrap(key).getLong(SAMPLE.length);
    }
  }

  /**
   * The figures that change with every commit.
   *
   * @param revision the current revision
   * @param keys the number of existing keys
   * @param bytesWritten the bytes of keys (one per char) and values ever written
   */
  record HeadFigures(long revision, long keys, long bytesWritten) {
    byte[] encode() {
      return ByteBuffer.allocate(24).putLong(revision).putLong(keys).putLong(bytesWritten).array();
    }

    static HeadFigures decode(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      return new HeadFigures(in.getLong(), in.getLong(), in.getLong());
    }
  }

  /**
   * One version of a key.
   *
   * @param createRevision 0 for a deletion
   */
  record Version(long modRevision, int sub, long createRevision, int valueLength) {
    boolean isDelete() {
      return createRevision == 0;
    }

    byte[] encode() {
      return ByteBuffer.allocate(24)
          .putLong(modRevision)
          .putInt(sub)
          .putLong(createRevision)
          .putInt(valueLength)
          .array();
    }

    static Version decode(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      return new Version(in.getLong(), in.getInt(), in.getLong(), in.getInt());
    }
  }

  /**
   * A put or delete of a commit, as the log records it.
   *
   * @param createRevision 0 for a deletion
   * @param previousRevision the revision of the key's previous version, 0 if the key did not exist
   * @param previousSub the sub of the previous version
   * @param key the key's UTF-8 bytes
   */
  record Change(
      long createRevision, long previousRevision, int previousSub, int valueLength, byte[] key) {
    private static final int HEADER = 24;

    boolean isDelete() {
      return createRevision == 0;
    }

    byte[] encode() {
      return ByteBuffer.allocate(HEADER + key.length)
          .putLong(createRevision)
          .putLong(previousRevision)
          .putInt(previousSub)
          .putInt(valueLength)
          .put(key)
          .array();
    }

    static Change decode(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      return new Change(
          in.getLong(),
          in.getLong(),
          in.getInt(),
          in.getInt(),
          Arrays.copyOfRange(bytes, HEADER, bytes.length));
    }
  }

  /** A key of the log and of the values. */
  static byte[] position(long revision, int sub) {
    return ByteBuffer.allocate(REVISION_BYTES + Integer.BYTES)
        .putLong(revision)
        .putInt(sub)
        .array();
  }

  static long revisionOf(byte[] position) {
    return ByteBuffer.wrap(position).getLong();
  }

  static int subOf(byte[] position) {
    return ByteBuffer.wrap(position).getInt(REVISION_BYTES);
  }

  static byte[] versionKey(byte[] key, long revision) {
    return ByteBuffer.allocate(key.length + 1 + REVISION_BYTES)
        .put(key)
        .put((byte) 0)
        .putLong(revision)
        .array();
  }

  /** The length of the store's key within a version key, in bytes. */
  static int keyLength(byte[] versionKey) {
    return versionKey.length - 1 - REVISION_BYTES;
  }

  static long versionRevision(byte[] versionKey) {
    return ByteBuffer.wrap(versionKey).getLong(versionKey.length - REVISION_BYTES);
  }

  static boolean sameKey(byte[] versionKey, byte[] other) {
    int length = keyLength(versionKey) + 1;
    return versionKey.length == other.length
        && Arrays.equals(versionKey, 0, length, other, 0, length);
  }

  /** A position after every version of the key and before every version of the next key. */
  static byte[] behind(byte[] versionKey) {
    int length = keyLength(versionKey);
    byte[] behind = Arrays.copyOf(versionKey, length + 1);
    behind[length] = 1;
    return behind;
  }

  /**
   * The position at which the versions of the keys from a bound on begin. A bound may contain
   * U+0000, which no key does: the first key from "a" with U+0000 on is the one after "a", so the
   * position is after the versions of "a".
   */
  static byte[] bound(String bound) {
    byte[] bytes = Keys.utf8(bound);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        byte[] behind = Arrays.copyOf(bytes, i + 1);
        behind[i] = 1;
        return behind;
      }
    }
    return bytes;
  }

  static byte[] number(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }

  static long number(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
