package dev.rheo.storm.view;

import java.io.PrintStream;
import java.nio.charset.CharsetEncoder;
import java.util.List;

/**
 * Prints permanent lines and, below them, a few that are redrawn in place. The cursor stays visible
 * and at the start of a line, so nothing has to be restored if the program ends at any point.
 */
final class Screen {

  /** Styles of text, as SGR parameters. */
  enum Style {
    BOLD("1"),
    DIM("2"),
    GOOD("32"),
    BAD("31"),
    WARN("33"),
    LIST("33"),
    WATCHLIST("36");

    private final String sgr;

    Style(String sgr) {
      this.sgr = sgr;
    }
  }

  private static final String ESC = "\u001b[";

  private final PrintStream out;
  private final boolean coloured;
  private final CharsetEncoder encoder;
  private int drawn;

  Screen(PrintStream out, boolean coloured) {
    this.out = out;
    this.coloured = coloured;
    this.encoder = out.charset().newEncoder();
  }

  /** Returns the text in this style if colours are enabled, else unchanged. */
  String style(Style style, String text) {
    return coloured && !text.isEmpty() ? ESC + style.sgr + "m" + text + ESC + "0m" : text;
  }

  /** Erases the drawing and prints a permanent line. */
  void print(String line) {
    out.print(erase() + readable(line) + System.lineSeparator());
    out.flush();
  }

  /** Replaces the drawing by these lines, which must fit the width of the screen. */
  void draw(List<String> lines) {
    StringBuilder text = new StringBuilder(erase());
    for (String line : lines) {
      text.append(line).append(System.lineSeparator());
    }
    out.print(text);
    out.flush();
    drawn = lines.size();
  }

  /** Returns the escape sequence that erases the drawing, or an empty string if there is none. */
  private String erase() {
    String sequence = drawn > 0 ? ESC + drawn + "A" + ESC + "J" : "";
    drawn = 0;
    return sequence;
  }

  /** Replaces punctuation that this stream's charset lacks by ASCII. */
  private String readable(String line) {
    if (encoder.canEncode(line)) {
      return line;
    }
    return line.replace('–', '-').replace('×', 'x').replace('·', '|').replace('…', '.');
  }
}
