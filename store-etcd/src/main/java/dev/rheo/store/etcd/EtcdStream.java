package dev.rheo.store.etcd;

import dev.rheo.store.StoreException;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A call whose answers stream, for a reader that blocks.
 *
 * <p>etcd is asked for one answer, and for the next when that one is taken. What it sends ahead
 * waits in the call's window ({@link EtcdConnection}), not here.
 *
 * <p>One thread reads and sends; any thread may wake it or close.
 */
final class EtcdStream<Q, A> implements AutoCloseable {
  private final EtcdConnection connection;
  private final String what;
  private final ClientCall<Q, A> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final Queue<A> answers = new ArrayDeque<>();
  private @Nullable Status ended;
  private boolean woken;
  private boolean closed;

  /**
   * @param what the reader, for messages
   */
  EtcdStream(EtcdConnection connection, MethodDescriptor<Q, A> method, String what) {
    this.connection = connection;
    this.what = what;
    this.call = connection.stream(method, CallOptions.DEFAULT);
    tell(() -> call.start(new Listener(), new Metadata()));
    tell(() -> call.request(1));
  }

  /** Tells the call something, unless the connection is closed: its thread may be gone then. */
  private static void tell(Runnable what) {
    try {
      what.run();
    } catch (RejectedExecutionException e) {
      // Whoever reads is told that it is closed.
    }
  }

  private final class Listener extends ClientCall.Listener<A> {
    @Override
    public void onMessage(A answer) {
      change(() -> answers.add(answer));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      change(() -> ended = status);
    }
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void send(Q request) {
    tell(() -> call.sendMessage(request));
  }

  /** There are no more requests. */
  void sent() {
    tell(call::halfClose);
  }

  /**
   * Waits for an answer; null if there is none in time, if the stream has ended, or if the reader
   * is woken.
   *
   * @throws StoreException if the stream or the store was closed
   */
  @Nullable A poll(long nanos) throws StoreException, InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (true) {
        if (closed || connection.closed()) {
          throw StoreException.closed(what);
        }
        A answer = answers.poll();
        if (answer != null) {
          tell(() -> call.request(1));
          return answer;
        }
        if (ended != null || woken || left <= 0) {
          woken = false;
          return null;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How the stream ended, once all answers are taken; null if it goes on. */
  @Nullable Status ended() {
    lock.lock();
    try {
      return answers.isEmpty() ? ended : null;
    } finally {
      lock.unlock();
    }
  }

  /** Has a reader that waits look around. */
  void wake() {
    change(() -> woken = true);
  }

  @Override
  public void close() {
    change(
        () -> {
          closed = true;
          answers.clear();
        });
    tell(() -> call.cancel("closed", null));
  }
}
