package dev.rheo.storm.view;

import dev.rheo.storm.result.StormEvents;
import java.io.Console;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.Supplier;

/** Shows a storm to whoever started it. */
public final class StormView {

  /** Below this the drawing would be torn apart. */
  private static final int NARROWEST = 60;

  private StormView() {}

  /**
   * The view that fits standard output as it is: drawn in place on a terminal, plain lines
   * elsewhere. {@code NO_COLOR} (no-color.org) takes the colours away, {@code TERM=dumb} the
   * drawing.
   *
   * @param out where to print; the caller's, and not closed. With {@code --json} to standard output
   *     this is standard error.
   */
  public static StormEvents of(PrintStream out) {
    Console console = System.console();
    Map<String, String> environment = System.getenv();
    return of(
        out,
        console != null && console.isTerminal(),
        environment,
        () -> TerminalSize.detect(environment));
  }

  static StormEvents of(
      PrintStream out,
      boolean terminal,
      Map<String, String> environment,
      Supplier<TerminalSize> size) {
    boolean colours =
        terminal
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !"dumb".equals(environment.get("TERM"));
    boolean draws =
        terminal
            && !"dumb".equals(environment.get("TERM"))
            && out.charset().newEncoder().canEncode('⣿')
            && size.get().columns() >= NARROWEST;
    Screen screen = new Screen(out, colours);
    return draws ? new LiveView(screen, size) : new PlainView(screen);
  }
}
