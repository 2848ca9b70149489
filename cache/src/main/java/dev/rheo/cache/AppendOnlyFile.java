package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** An append-only file whose bytes never change. Safe for any number of threads. */
abstract sealed class AppendOnlyFile permits Segment, FormFile {
  private static final AtomicInteger IDS = new AtomicInteger();
  private static final AtomicInteger NAMES = new AtomicInteger();

  /** Tells this process's files from those that an earlier one left. */
  private static final String RUN = UUID.randomUUID().toString().substring(0, 8);

  /** Unique in the process, from 1 on. */
  final int id = IDS.incrementAndGet();

  /** A file name that is used once. */
  static String name(String prefix) {
    return prefix + RUN + "-" + NAMES.incrementAndGet();
  }

  /** One past the last byte that can be read. */
  abstract int end();

  /** As {@link SpoolFile#read}. */
  abstract int read(ByteBuffer dst, int position, boolean mayBlock) throws IOException;

  /**
   * Copies the bytes from {@code position} on that are on the heap; returns 0 if there are none.
   */
  int readHot(ByteBuffer dst, int position) {
    return 0;
  }

  boolean isHot(int position) {
    return false;
  }
}
