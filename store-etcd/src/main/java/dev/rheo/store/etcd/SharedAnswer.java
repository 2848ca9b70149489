package dev.rheo.store.etcd;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A question that many ask at once, and that is asked once for all of them. An answer is given only
 * to those who came before the question was asked: to others it may be too old. So two questions
 * are open at most, one that is on its way and one that waits for its turn.
 *
 * <p>Thread-safe.
 */
final class SharedAnswer<T> {
  private final Supplier<T> question;
  private final Executor executor;

  // Guarded by this.
  private boolean asking;
  private @Nullable CompletableFuture<T> next;

  /**
   * @param executor runs the questions after the first, which its asker asks itself
   */
  SharedAnswer(Supplier<T> question, Executor executor) {
    this.question = question;
    this.executor = executor;
  }

  /**
   * An answer to the question as it is asked from now on.
   *
   * @throws RuntimeException what the question throws
   */
  T get() throws InterruptedException {
    CompletableFuture<T> mine;
    boolean first;
    synchronized (this) {
      first = !asking;
      mine = first || next == null ? new CompletableFuture<>() : next;
      if (first) {
        asking = true;
      } else {
        next = mine;
      }
    }
    if (first) {
      ask(mine);
    }
    try {
      return mine.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(e.getCause());
    }
  }

  private void ask(CompletableFuture<T> askers) {
    try {
      askers.complete(question.get());
    } catch (RuntimeException | Error e) {
      askers.completeExceptionally(e);
    } finally {
      CompletableFuture<T> following;
      synchronized (this) {
        following = next;
        next = null;
        asking = following != null;
      }
      if (following != null) {
        executor.execute(() -> ask(following));
      }
    }
  }
}
