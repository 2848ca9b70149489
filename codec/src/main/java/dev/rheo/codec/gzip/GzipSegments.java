package dev.rheo.codec.gzip;

import dev.rheo.codec.io.ByteOutput;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses bytes once, for any number of gzip members. Thread-safe. A deflater has a quarter of a
 * megabyte of memory outside the heap; {@value #KEPT} are kept, and others last for one call.
 */
public final class GzipSegments {
  /** Deflaters that are kept for the next call. */
  static final int KEPT = 2;

  /** Most bytes of a stored block. */
  static final int MAX_STORED = 0xFFFF;

  /** Bytes before the content of a stored block that begins on a byte. */
  static final int STORED_HEAD = 5;

  private static final BlockingQueue<Deflater> DEFLATERS = new ArrayBlockingQueue<>(KEPT);

  private GzipSegments() {}

  /** Compresses {@code plain[from, to)}. */
  public static GzipSegment compress(byte[] plain, int from, int to) {
    CRC32 crc = new CRC32();
    crc.update(plain, from, to - from);
    int length = to - from;
    byte[] deflated = deflate(plain, from, to);
    byte[] bytes = deflated != null ? deflated : stored(plain, from, to);
    return new GzipSegment(bytes, (int) crc.getValue(), length);
  }

  private static byte @Nullable [] deflate(byte[] plain, int from, int to) {
    Deflater deflater = DEFLATERS.poll();
    if (deflater == null) {
      deflater = new Deflater(Deflater.BEST_SPEED, true);
    }
    try {
      deflater.setInput(plain, from, to - from);
      ByteOutput out = new ByteOutput((to - from) / 4 + 64);
      int limit = to - from;
      while (true) {
        out.reserve(Math.max(64, (to - from) / 8));
        int room = out.array().length - out.size();
        int at = out.claim(room);
        int count = deflater.deflate(out.array(), at, room, Deflater.FULL_FLUSH);
        out.truncate(at + count);
        if (out.size() >= limit) {
          return null;
        }
        if (count < room) {
          return out.toByteArray();
        }
      }
    } finally {
      deflater.reset();
      if (!DEFLATERS.offer(deflater)) {
        deflater.end();
      }
    }
  }

  /** Blocks that are not compressed. */
  static byte[] stored(byte[] plain, int from, int to) {
    int length = to - from;
    int blocks = (int) (((long) length + MAX_STORED - 1) / MAX_STORED);
    byte[] bytes = new byte[length + blocks * STORED_HEAD];
    int out = 0;
    for (int in = from; in < to; ) {
      int size = Math.min(MAX_STORED, to - in);
      bytes[out++] = 0;
      bytes[out++] = (byte) size;
      bytes[out++] = (byte) (size >> Byte.SIZE);
      bytes[out++] = (byte) ~size;
      bytes[out++] = (byte) (~size >> Byte.SIZE);
      System.arraycopy(plain, in, bytes, out, size);
      out += size;
      in += size;
    }
    return bytes;
  }
}
