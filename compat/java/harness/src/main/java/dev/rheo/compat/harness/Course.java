package dev.rheo.compat.harness;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The course of a test: churn, then churn through each restart, and each time the informers must
 * agree with the server.
 */
public final class Course {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Settings settings;
  private final Checks checks;
  private final Churn churn;
  private final List<Book> books;
  private final Callable<Map<String, Integer>> server;

  /**
   * @param server what the server holds, resource/name → n
   */
  public Course(
      Settings settings,
      Checks checks,
      Churn churn,
      List<Book> books,
      Callable<Map<String, Integer>> server) {
    this.settings = settings;
    this.checks = checks;
    this.churn = churn;
    this.books = List.copyOf(books);
    this.server = server;
  }

  public void run() throws Exception {
    try (AutoCloseable _ = churn.start()) {
      Thread.sleep(settings.churn());
    }
    settle("after churn", false);
    int i = 0;
    for (String command : settings.restarts()) {
      i++;
      checks.note("restart " + i + ": " + command);
      String when = "after restart " + i;
      try (AutoCloseable _ = churn.start()) {
        Thread.sleep(settings.churn().dividedBy(2));
        restart(command);
        Thread.sleep(settings.churn());
      }
      settle(when, true);
      checks.step(when + ": all acknowledged writes are there", () -> churn.missing(server.call()));
    }
    checks.note(churn.writes() + " writes");
    books.forEach(book -> book.verdict(checks));
  }

  private static void restart(String command) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IllegalStateException("restart \"" + command + "\" failed: " + output);
    }
  }

  private void settle(String when, boolean restarted) throws Exception {
    for (Book book : books) {
      Instant end = Instant.now().plus(PATIENCE);
      String problem;
      int[] size = new int[1];
      while (true) {
        try {
          problem = book.difference(size);
        } catch (Exception e) {
          problem = e.toString();
        }
        if (problem.isEmpty() || Instant.now().isAfter(end)) {
          break;
        }
        Thread.sleep(100);
      }
      checks.that(
          "%s: %s, equals the server's %d objects".formatted(book.name, when, size[0]), problem);
      if (counts(book, restarted)) {
        Map<String, Integer> changes =
            churn.changes(book.name.contains("secrets") ? "secrets" : "configmaps");
        List<String> bad = book.miscounted(changes);
        checks.that(
            "%s: %s, each change of %d objects was told once"
                .formatted(book.name, when, changes.size()),
            bad.isEmpty() ? "" : bad.size() + " were not, as " + bad.getFirst());
      }
    }
  }

  private boolean counts(Book book, boolean restarted) {
    return switch (book.counted) {
      case NEVER -> false;
      case UNTIL_RESTART -> !restarted;
      case ALWAYS -> !restarted || !settings.upstream();
    };
  }
}
