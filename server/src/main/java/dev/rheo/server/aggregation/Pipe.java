package dev.rheo.server.aggregation;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A bounded buffer between a thread that may wait and an event loop that may not, in either
 * direction. One side puts bytes in, the other takes them out. Thread-safe for one producer and one
 * consumer.
 */
final class Pipe {
  private static final Runnable NOBODY = () -> {};

  private final byte[] ring;

  /** Counted from the beginning; the place in the ring is the rest of a division by its length. */
  private long put;

  private long taken;
  private boolean ended;
  private boolean complete;
  private boolean closed;
  private volatile Runnable onBytes = NOBODY;
  private volatile Runnable onRoom = NOBODY;

  /** What the buffer is filled from. */
  @FunctionalInterface
  interface Source {
    /** As {@link java.io.InputStream#read(byte[], int, int)}. */
    int read(byte[] into, int from, int most) throws IOException;
  }

  Pipe(int capacity) {
    ring = new byte[capacity];
  }

  /** Has an event loop told that there are bytes, or the end. Runs on the producer's thread. */
  void onBytes(Runnable action) {
    onBytes = action;
  }

  /** Has an event loop told that there is room. Runs on the consumer's thread. */
  void onRoom(Runnable action) {
    onRoom = action;
  }

  /**
   * Waits for room.
   *
   * @return false if nobody takes the bytes any more
   */
  synchronized boolean awaitRoom() throws InterruptedException {
    while (!closed && put - taken == ring.length) {
      wait();
    }
    return !closed;
  }

  /** Whether the producer would have to wait. */
  synchronized boolean isFull() {
    return put - taken == ring.length;
  }

  /**
   * Puts in what one read of a source brings. There must be room.
   *
   * @return the bytes; -1 at the end of the source
   */
  int fill(Source source) throws IOException {
    int at;
    int most;
    synchronized (this) {
      at = (int) (put % ring.length);
      most = (int) Math.min(ring.length - at, ring.length - (put - taken));
    }
    // Nobody else writes to this part.
    int n = source.read(ring, at, most);
    if (n > 0) {
      synchronized (this) {
        put += n;
        notifyAll();
      }
      onBytes.run();
    }
    return n;
  }

  /** Puts in as many bytes as there is room for. */
  void offer(ByteBuf bytes) {
    synchronized (this) {
      while (bytes.isReadable() && put - taken < ring.length) {
        int at = (int) (put % ring.length);
        int most = (int) Math.min(ring.length - at, ring.length - (put - taken));
        int n = Math.min(most, bytes.readableBytes());
        bytes.readBytes(ring, at, n);
        put += n;
      }
      notifyAll();
    }
  }

  /**
   * No more bytes come.
   *
   * @param whole whether they are all, and not cut off
   */
  void end(boolean whole) {
    synchronized (this) {
      ended = true;
      complete = whole;
      notifyAll();
    }
    onBytes.run();
  }

  /** Takes as many bytes as there are and fit. */
  void drain(ByteBuf out) {
    synchronized (this) {
      while (put > taken && out.isWritable()) {
        int at = (int) (taken % ring.length);
        int n = (int) Math.min(Math.min(ring.length - at, put - taken), out.writableBytes());
        out.writeBytes(ring, at, n);
        taken += n;
      }
      notifyAll();
    }
  }

  /**
   * Waits for bytes and takes them.
   *
   * @return false if no more come
   */
  boolean drain(OutputStream out) throws IOException, InterruptedException {
    int at;
    int n;
    synchronized (this) {
      while (!closed && !ended && put == taken) {
        wait();
      }
      if (closed || put == taken) {
        return false;
      }
      at = (int) (taken % ring.length);
      n = (int) Math.min(ring.length - at, put - taken);
    }
    // Nobody else writes to this part before it is taken.
    out.write(ring, at, n);
    synchronized (this) {
      taken += n;
    }
    onRoom.run();
    return true;
  }

  synchronized boolean isEmpty() {
    return put == taken;
  }

  /** Whether all bytes are taken, and no more come. */
  synchronized boolean isOver() {
    return ended && put == taken;
  }

  /** Whether the bytes that came are all. */
  synchronized boolean isComplete() {
    return complete;
  }

  /** Nobody puts in or takes out any more. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
