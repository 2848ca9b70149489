package dev.rheo.codec.gzip;

import java.util.zip.CRC32;

/**
 * One gzip member (RFC 1952) around segments that were compressed before, and around bytes that are
 * stored as they are; it holds a checksum and a length and nothing else. What its methods return,
 * and the bytes of the segments told to it, make up the member in the order of the calls:
 *
 * <pre>
 * header()  { stored(prefix)  segment  stored(suffix) }…  trailer()
 * </pre>
 *
 * <p>Each part ends on a byte, and in an empty block: zlib's readers decode all that they have got
 * in any case, but Go's hands on what it has decoded only where it meets an empty block, and events
 * must not be held back. Not thread-safe.
 */
public final class GzipMember {
  private static final int SYSTEM_UNKNOWN = 0xFF;

  /** A last block, of no content, in the two bytes of a fixed Huffman code. */
  private static final byte[] LAST_BLOCK = {3, 0};

  private int crc;
  private long length;

  /** What the member begins with. */
  public byte[] header() {
    return new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) SYSTEM_UNKNOWN};
  }

  /** Adds bytes that are not compressed, and returns what stands for them. */
  public byte[] stored(byte[] plain) {
    CRC32 added = new CRC32();
    added.update(plain);
    segment((int) added.getValue(), plain.length);
    return GzipSegments.stored(plain, 0, plain.length);
  }

  /** Adds a segment; the member goes on with its bytes. */
  public void segment(GzipSegment segment) {
    segment(segment.crc32(), segment.length());
  }

  /**
   * Adds a segment; the member goes on with its bytes.
   *
   * @param crc32 of the plain bytes
   * @param plainLength how many they are
   */
  public void segment(int crc32, long plainLength) {
    crc = Crc32.combine(crc, crc32, plainLength);
    length += plainLength;
  }

  /** What the member ends with. */
  public byte[] trailer() {
    byte[] bytes = new byte[LAST_BLOCK.length + 2 * Integer.BYTES];
    System.arraycopy(LAST_BLOCK, 0, bytes, 0, LAST_BLOCK.length);
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[LAST_BLOCK.length + i] = (byte) (crc >>> (Byte.SIZE * i));
      bytes[LAST_BLOCK.length + Integer.BYTES + i] = (byte) (length >>> (Byte.SIZE * i));
    }
    return bytes;
  }
}
