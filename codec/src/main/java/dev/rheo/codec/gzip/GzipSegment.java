package dev.rheo.codec.gzip;

/**
 * Some bytes, compressed so that they can stand anywhere in a gzip member: raw deflate blocks, none
 * of them final, that begin and end on a byte and refer to nothing before them. The last one is
 * empty.
 *
 * @param bytes the blocks; not to be changed
 * @param crc32 the CRC-32 of the plain bytes
 * @param length how many plain bytes there are
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record GzipSegment(byte[] bytes, int crc32, long length) {}
