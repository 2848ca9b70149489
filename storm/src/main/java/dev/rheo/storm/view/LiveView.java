package dev.rheo.storm.view;

import dev.rheo.storm.result.Creation;
import dev.rheo.storm.result.CurvePoint;
import dev.rheo.storm.result.Mode;
import dev.rheo.storm.result.ReaderGroup;
import dev.rheo.storm.result.RunResult;
import dev.rheo.storm.result.ServerInfo;
import dev.rheo.storm.result.StormEvents;
import dev.rheo.storm.result.StormResult;
import dev.rheo.storm.result.StormSettings;
import dev.rheo.storm.view.Screen.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * View for a terminal: the current step is drawn in place, below the lines of finished steps. The
 * memory scale only grows from run to run, so that curves are comparable.
 */
final class LiveView implements StormEvents {

  private static final int WIDEST = 100;
  private static final int CURVE_ROWS = 5;

  /**
   * Rows besides those of the groups: head, curve with its axis, figures, and room for the prompt.
   */
  private static final int OTHER_ROWS = CURVE_ROWS + 5;

  private static final int AXIS = 9;

  private final Screen screen;
  private final Supplier<TerminalSize> terminal;
  private TerminalSize size;

  private Curve curve = new Curve();
  private double highest;
  private Mode mode = Mode.LIST;
  private String head = "";
  private int readers;
  private CurvePoint latest = new CurvePoint(0, -1, -1, 0, 0);
  private GroupRates groups = new GroupRates();
  private boolean created;
  private boolean running;

  LiveView(Screen screen, Supplier<TerminalSize> terminal) {
    this.screen = screen;
    this.terminal = terminal;
    this.size = terminal.get();
  }

  @Override
  public void prepared(ServerInfo server, StormSettings settings) {
    List<String> lines = Lines.prepared(server, settings);
    screen.print(screen.style(Style.BOLD, lines.get(0)));
    lines.stream().skip(1).forEach(screen::print);
  }

  @Override
  public void creation(Creation progress) {
    if (progress.created() >= progress.total()) {
      if (!created) {
        screen.print(Lines.created(progress));
      }
      created = true;
      return;
    }
    double rate = progress.seconds() > 0 ? progress.created() / progress.seconds() : 0;
    String left =
        rate > 0 ? Units.seconds((progress.total() - progress.created()) / rate) + " left" : "";
    String figures =
        "%6s of %s  %4.0f/s  %-12s"
            .formatted(Units.count(progress.created()), Units.count(progress.total()), rate, left);
    int width = Math.max(10, width() - figures.length() - 11);
    String bar = bar(width, progress.created(), progress.total(), Style.GOOD);
    screen.draw(List.of("creating  " + bar + " " + figures));
  }

  @Override
  public void settling(long memory, double seconds) {
    String text = "memory settles: " + Units.bytes(memory) + ", " + Units.seconds(seconds);
    if (running) {
      redraw(text);
    } else {
      draw(text);
    }
  }

  @Override
  public void runStarted(Mode mode, int repeat, int readers, long memoryBefore) {
    this.mode = mode;
    this.readers = readers;
    size = terminal.get();
    curve = new Curve();
    groups = new GroupRates();
    latest = new CurvePoint(0, memoryBefore, -1, 0, 0);
    head = Lines.started(mode, repeat, readers, memoryBefore);
    curve.add(0, memoryBefore);
    running = true;
    redraw();
  }

  @Override
  public void sample(CurvePoint point) {
    // Drawn by readers(), which is called next.
    latest = point;
    curve.add(point.seconds(), point.memory());
  }

  @Override
  public void readers(List<ReaderGroup> now) {
    groups.update(now, latest.seconds());
    redraw();
  }

  @Override
  public void runEnded(RunResult run) {
    running = false;
    boolean good = run.readersFailed() == 0 && run.aborted() == null;
    screen.print(
        screen.style(good ? Style.GOOD : Style.BAD, good ? "+ " : "! ") + Lines.ended(run));
    curveLines().forEach(screen::print);
  }

  @Override
  public void cleanup(String what) {
    draw(what);
  }

  @Override
  public void warning(String message) {
    screen.print(screen.style(Style.WARN, "warning: ") + message);
  }

  @Override
  public void status(String message) {
    draw(message);
  }

  @Override
  public void finished(StormResult result) {
    Conclusion.print(screen, result);
  }

  private void redraw() {
    redraw(
        "%s  memory %s, peak %s  %s  %d of %d done"
            .formatted(
                Units.seconds(Math.max(0, latest.seconds())),
                Units.bytes(latest.memory()),
                curve.isEmpty() ? Units.UNKNOWN : Units.bytes(curve.max()),
                Units.rate(latest.bytesPerSecond()),
                latest.readersDone(),
                readers));
  }

  private void redraw(String figures) {
    List<String> lines = new ArrayList<>();
    lines.add(screen.style(Style.BOLD, cut(head)));
    for (GroupRates.Line group : groups.lines(Math.max(1, size.rows() - OTHER_ROWS))) {
      lines.add(line(group));
    }
    lines.addAll(curveLines());
    lines.add(cut(" ".repeat(AXIS + 1) + figures));
    screen.draw(lines);
  }

  private String line(GroupRates.Line line) {
    ReaderGroup group = line.group();
    String name =
        group.readers() == 1
            ? "reader " + group.first()
            : "readers " + group.first() + "–" + group.last();
    String state =
        group.failed() > 0
            ? screen.style(Style.BAD, "%6d failed".formatted(group.failed()))
            : group.complete() == group.readers()
                ? screen.style(Style.GOOD, "     complete")
                : "%13s".formatted(Units.rate(line.bytesPerSecond()));
    String percent = "%3d %%".formatted(percent(group.objects(), group.expectedObjects()));
    int width = Math.max(10, width() - 16 - 22);
    String bar = bar(width, group.objects(), group.expectedObjects(), style());
    return "%-15s %s %s %s".formatted(name, bar, percent, state);
  }

  private List<String> curveLines() {
    if (curve.isEmpty()) {
      return List.of();
    }
    highest = Math.max(highest, curve.max());
    List<String> lines = new ArrayList<>();
    List<String> drawn = curve.draw(width() - AXIS - 2, CURVE_ROWS, highest);
    for (int row = 0; row < drawn.size(); row++) {
      String label = row == 0 ? Units.bytes(highest) : row == drawn.size() - 1 ? "0" : "";
      lines.add(
          screen.style(Style.DIM, "%9s ".formatted(label)) + screen.style(style(), drawn.get(row)));
    }
    String end = Units.seconds(curve.lastSecond());
    lines.add(
        screen.style(
            Style.DIM,
            " ".repeat(AXIS + 1) + "0 s" + pad(width() - AXIS - 5 - end.length()) + end));
    return lines;
  }

  private String bar(int width, long done, long total, Style style) {
    int full = total > 0 ? Math.clamp(done * width / total, 0, width) : 0;
    return screen.style(style, "━".repeat(full))
        + screen.style(Style.DIM, "─".repeat(width - full));
  }

  private Style style() {
    return mode == Mode.LIST ? Style.LIST : Style.WATCHLIST;
  }

  private void draw(String line) {
    screen.draw(List.of(cut(line)));
  }

  private String cut(String line) {
    return line.length() <= width() ? line : line.substring(0, width() - 1) + "…";
  }

  /** At most one column less than the terminal has: some terminals wrap in the last one. */
  private int width() {
    return Math.min(WIDEST, size.columns() - 1);
  }

  private static String pad(int width) {
    return " ".repeat(Math.max(1, width));
  }

  private static int percent(long part, long whole) {
    return whole > 0 ? Math.clamp(part * 100 / whole, 0, 100) : 0;
  }
}
