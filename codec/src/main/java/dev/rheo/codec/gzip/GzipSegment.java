package dev.rheo.codec.gzip;

/**
 * Bytes compressed so that they can be placed anywhere in a gzip member: raw deflate blocks that
 * begin and end on a byte boundary and refer to nothing before them. None is final; the last one is
 * empty.
 *
 * @param bytes the blocks; must not be changed
 * @param crc32 the CRC-32 of the plain bytes
 * @param length number of plain bytes
 */
@SuppressWarnings("ArrayRecordComponent") // segments are never compared
public record GzipSegment(byte[] bytes, int crc32, long length) {}
