package dev.rheo.client.fabric8;

import io.fabric8.kubernetes.client.http.AsyncBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A body as a blocking stream. It asks the transport for the next batch of bytes when its reader
 * starts on the last one that is here, so at most two batches are in memory.
 *
 * <p>One thread reads; any thread may close.
 */
final class BodyStream extends InputStream implements AsyncBody.Consumer<List<ByteBuffer>> {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Queue<ByteBuffer> chunks = new ArrayDeque<>();
  private boolean requested;
  private boolean ended;
  private boolean closed;
  private @Nullable Throwable failure;
  private @Nullable AsyncBody source;

  /** Belongs to the reader. */
  private ByteBuffer current = NOTHING;

  /** Connects the stream with the body of the answer that is delivered to it. */
  void begin(AsyncBody body) {
    boolean tooLate;
    lock.lock();
    try {
      source = body;
      tooLate = closed;
    } finally {
      lock.unlock();
    }
    body.done().whenComplete((nothing, thrown) -> end(thrown));
    if (tooLate) {
      body.cancel();
    }
  }

  @Override
  public void consume(List<ByteBuffer> batch, AsyncBody body) {
    lock.lock();
    try {
      requested = false;
      if (!closed) {
        for (ByteBuffer chunk : batch) {
          if (chunk.hasRemaining()) {
            chunks.add(chunk);
          }
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable Throwable thrown) {
    lock.lock();
    try {
      ended = true;
      failure = thrown;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!current.hasRemaining() && !advance()) {
      return -1;
    }
    int count = Math.min(length, current.remaining());
    current.get(bytes, offset, count);
    return count;
  }

  @Override
  public int available() {
    return current.remaining();
  }

  /** Waits for the next chunk. Returns false at the end of the body. */
  private boolean advance() throws IOException {
    while (true) {
      AsyncBody ask;
      lock.lock();
      try {
        if (closed) {
          throw new IOException("The answer was closed");
        }
        ByteBuffer next = chunks.poll();
        boolean more = chunks.isEmpty() && !requested && !ended;
        if (next == null && !more) {
          if (failure != null) {
            throw new IOException("The connection broke: " + failure, failure);
          }
          if (ended) {
            return false;
          }
          await();
          continue;
        }
        if (next != null) {
          current = next;
        }
        requested |= more;
        ask = more ? source : null;
      } finally {
        lock.unlock();
      }
      // Outside the lock: a transport may deliver at once, on this thread.
      if (ask != null) {
        ask.consume();
      }
      if (current.hasRemaining()) {
        return true;
      }
    }
  }

  private void await() throws IOException {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("The reader of the answer was interrupted");
    }
  }

  @Override
  public void close() {
    AsyncBody cancelled;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      chunks.clear();
      cancelled = source;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (cancelled != null) {
      cancelled.cancel();
    }
  }
}
