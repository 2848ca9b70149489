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
 * A body as a blocking stream. The transport is asked for batches until {@link #AHEAD} bytes are
 * here, and again when the reader has taken half of them. Each batch is asked for by the thread
 * that brings the one before it, so that a batch costs no change of threads.
 *
 * <p>One thread reads; any thread may close.
 */
final class BodyStream extends InputStream implements AsyncBody.Consumer<List<ByteBuffer>> {

  /** Above so many bytes that wait for the reader, the transport is not asked for more. */
  private static final int AHEAD = 256 * 1024;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Queue<ByteBuffer> chunks = new ArrayDeque<>();
  private int waiting;
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
    boolean more;
    lock.lock();
    try {
      if (!closed) {
        for (ByteBuffer chunk : batch) {
          if (chunk.hasRemaining()) {
            chunks.add(chunk);
            waiting += chunk.remaining();
          }
        }
      }
      more = !closed && waiting < AHEAD;
      requested = more;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (more) {
      body.consume();
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
        if (next != null) {
          waiting -= next.remaining();
        }
        boolean more = waiting < AHEAD / 2 && !requested && !ended;
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
