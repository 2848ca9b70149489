package dev.rheo.codec.gzip;

import java.util.zip.CRC32;

/**
 * One gzip member (RFC 1952), made of segments that were compressed before and of bytes that are
 * stored uncompressed. Its only state is a checksum and a length. The member consists of what the
 * methods return and of the bytes of the added segments, in the order of the calls:
 *
 * <pre>
 * header()  { stored(prefix)  segment  stored(suffix) }…  trailer()
 * </pre>
 *
 * <p>Each part ends on a byte boundary and with an empty block. Go's reader delivers decoded bytes
 * only at an empty block, while zlib delivers all it has received; a watch event must not be held
 * back. Not thread-safe.
 */
public final class GzipMember {
  private static final int SYSTEM_UNKNOWN = 0xFF;

  /** An empty final block: with a fixed Huffman code it takes two bytes. */
  private static final byte[] LAST_BLOCK = {3, 0};

  private int crc;
  private long length;

  /** The header of the member. */
  public byte[] header() {
    return new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0, 0, (byte) SYSTEM_UNKNOWN};
  }

  /** Adds uncompressed bytes and returns their stored blocks. */
  public byte[] stored(byte[] plain) {
    CRC32 added = new CRC32();
    added.update(plain);
    segment((int) added.getValue(), plain.length);
    return GzipSegments.stored(plain, 0, plain.length);
  }

  /** Adds a segment, whose bytes the caller appends to the member. */
  public void segment(GzipSegment segment) {
    segment(segment.crc32(), segment.length());
  }

  /**
   * Adds a segment, whose bytes the caller appends to the member.
   *
   * @param crc32 of the plain bytes
   * @param plainLength number of plain bytes
   */
  public void segment(int crc32, long plainLength) {
    crc = Crc32.combine(crc, crc32, plainLength);
    length += plainLength;
  }

  /** The final block, the CRC-32 and the length modulo 2<sup>32</sup>. */
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
