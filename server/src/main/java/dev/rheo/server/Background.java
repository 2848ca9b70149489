package dev.rheo.server;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A part of the start that runs beside the others.
 *
 * @param <T> what it makes
 */
final class Background<T> {

  private final FutureTask<T> task;

  Background(Callable<T> work) {
    task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().name("start").start(task);
  }

  /**
   * Waits for it.
   *
   * @throws ServerStartException if it failed, with the failure's message
   */
  T get() throws ServerStartException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof ServerStartException start) {
        throw start;
      }
      throw new ServerStartException(String.valueOf(cause.getMessage()), cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerStartException("interrupted while starting");
    }
  }
}
