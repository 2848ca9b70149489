package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** A file of bytes that were appended once and do not change. Safe for any number of threads. */
abstract sealed class Readable permits Segment, FormFile {
  private static final AtomicInteger IDS = new AtomicInteger();

  /** Unique in the process, from 1 on. */
  final int id = IDS.incrementAndGet();

  /** One past the last byte that can be read. */
  abstract int end();

  /** As {@link SpoolFile#read}. */
  abstract int read(ByteBuffer dst, int position, boolean mayBlock) throws IOException;

  /** Copies what is on the heap from {@code position} on; 0 if nothing is. */
  int readHot(ByteBuffer dst, int position) {
    return 0;
  }

  boolean isHot(int position) {
    return false;
  }
}
