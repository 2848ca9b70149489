package dev.rheo.compat.harness;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Counts and prints what was checked, as {@code compat/run} reads it. Thread-safe. */
public final class Checks {
  private int passed;
  private int failed;

  /**
   * Prints {@code ok} or {@code FAIL} with the text; {@code problem} is what is wrong, empty if
   * nothing.
   */
  public synchronized boolean that(String text, String problem) {
    boolean ok = problem.isEmpty();
    if (ok) {
      passed++;
      System.out.println("ok   " + text);
    } else {
      failed++;
      System.out.println("FAIL " + text + ": " + problem);
    }
    return ok;
  }

  public boolean that(String text, boolean ok) {
    return that(text, ok ? "" : "it is not so");
  }

  /** A step that must end within a minute, not throw, and return what is wrong. */
  public boolean step(String text, Step step) {
    FutureTask<String> task = new FutureTask<>(step::run);
    Thread.ofPlatform().daemon().start(task);
    try {
      return that(text, task.get(1, TimeUnit.MINUTES));
    } catch (ExecutionException e) {
      return that(text, String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      return that(text, "no end within a minute");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public boolean equal(String text, Object wanted, Object got) {
    return that(text, wanted.equals(got) ? "" : "wanted " + wanted + ", got " + got);
  }

  public void note(String text) {
    System.out.println("     " + text);
  }

  /** Prints the sums; returns the exit code. */
  public synchronized int end() {
    System.out.printf("%d passed, %d failed%n", passed, failed);
    return failed == 0 ? 0 : 1;
  }

  /** Returns what is wrong, empty if nothing. */
  public interface Step {
    String run() throws Exception;
  }
}
