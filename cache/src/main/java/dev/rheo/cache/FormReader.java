package dev.rheo.cache;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the forms of entries. Holds no bytes, only where it read last: one for each response body.
 * Used by one thread at a time.
 */
public final class FormReader {
  /** What {@link #read} answers when the bytes are on the disk only. */
  public static final int NOT_IN_MEMORY = -1;

  public FormReader(WatchCache cache) {}

  /**
   * Copies bytes of the entry's form into {@code dst}, as many as are at hand. Never blocks on the
   * disk, but for the first call after {@link #load}, so that each load brings the reader forward.
   *
   * @param from offset in the form, 0 to {@code entry.length()}
   * @param atMost more than this is not copied
   * @param dst best a direct buffer; its position moves on
   * @return how many bytes were copied: at least 1 unless nothing was asked for or there is no
   *     room, at most {@code min(atMost, dst.remaining(), entry.length() - from)}; or {@link
   *     #NOT_IN_MEMORY}
   * @throws IOException if the disk failed: the body cannot be completed
   */
  public int read(Entry entry, int from, int atMost, ByteBuffer dst) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Brings the bytes from {@code from} on into memory on another thread, then runs {@code
   * whenLoaded} there, also if reading failed: the next {@link #read} tells.
   */
  public void load(Entry entry, int from, Runnable whenLoaded) {
    throw new UnsupportedOperationException();
  }

  /** The whole form. Blocks on the disk: not for event loops. */
  public byte[] readFully(Entry entry) throws IOException {
    throw new UnsupportedOperationException();
  }
}
