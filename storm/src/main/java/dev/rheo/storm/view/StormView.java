package dev.rheo.storm.view;

import dev.rheo.storm.result.StormEvents;
import java.io.Console;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.Supplier;

/** Shows a storm to the user. */
public final class StormView {

  /** Fewest columns in which a drawing fits. */
  private static final int NARROWEST = 60;

  private StormView() {}

  /**
   * Returns the view that fits standard output: drawn in place on a terminal that can show it, else
   * plain lines. {@code NO_COLOR} (no-color.org) disables colours, {@code TERM=dumb} the drawing
   * too.
   *
   * @param out where to print; the caller closes it. With {@code --json} to standard output this is
   *     standard error.
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
