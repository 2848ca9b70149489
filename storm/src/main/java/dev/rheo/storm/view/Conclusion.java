package dev.rheo.storm.view;

import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.view.Screen.Style;
import java.util.List;

/** Prints the end of a storm: the table, the failures, and the verdict. */
final class Conclusion {

  /** Runs per table; more do not fit 80 columns. */
  private static final int RUNS = 4;

  private static final int LABEL = 24;
  private static final int CELL = 14;
  private static final int FAILURES = 8;

  private Conclusion() {}

  static void print(Screen screen, StormResult result) {
    List<RunResult> runs = result.runs();
    for (int from = 0; from < runs.size(); from += RUNS) {
      screen.print("");
      table(screen, runs, from, Math.min(runs.size(), from + RUNS));
    }
    screen.print("");
    for (RunResult run : runs) {
      failures(screen, run);
    }
    screen.print(
        screen.style(result.succeeded() ? Style.GOOD : Style.BAD, Summary.verdict(result)));
  }

  private static void table(Screen screen, List<RunResult> runs, int from, int to) {
    StringBuilder head = new StringBuilder(" ".repeat(LABEL));
    Summary.columns(runs).subList(from, to).forEach(name -> head.append(right(name)));
    screen.print(screen.style(Style.BOLD, head.toString()));
    for (Summary.Row row : Summary.rows(runs)) {
      StringBuilder line = new StringBuilder(("%-" + LABEL + "s").formatted(row.label()));
      row.cells().subList(from, to).forEach(cell -> line.append(right(cell)));
      screen.print(line.toString());
    }
  }

  private static String right(String cell) {
    return " ".repeat(Math.max(1, CELL - cell.length())) + cell;
  }

  private static void failures(Screen screen, RunResult run) {
    String name = Summary.name(run.mode());
    for (String note : run.notes()) {
      screen.print(name + ": " + note);
    }
    if (run.aborted() != null) {
      screen.print(screen.style(Style.BAD, name + " aborted: " + run.aborted()));
    }
    List<SameFailure> all = SameFailure.of(run.failures());
    List<SameFailure> shown = all.subList(0, Math.min(FAILURES, all.size()));
    for (SameFailure failure : shown) {
      screen.print(screen.style(Style.BAD, name + ", " + failure.who()) + ": " + failure.what());
    }
    int more =
        run.readersFailed() - shown.stream().mapToInt(failure -> failure.readers().size()).sum();
    if (more > 0) {
      screen.print(name + ": " + Units.count(more) + " more readers failed");
    }
  }
}
