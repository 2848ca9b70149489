package dev.rheo.storm.view;

import java.io.PrintStream;
import java.nio.charset.CharsetEncoder;
import java.util.List;

/**
 * Where lines are printed: lasting ones, and below them a few that are drawn again and again in
 * place. The cursor is left visible and at the start of a line, so that nothing need be undone if
 * the program ends at any point.
 */
final class Screen {

  /** Colours of text, as SGR parameters. */
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

  /** The text in this style, if there are colours here. */
  String style(Style style, String text) {
    return coloured && !text.isEmpty() ? ESC + style.sgr + "m" + text + ESC + "0m" : text;
  }

  /** Prints a line that stays; what was drawn goes. */
  void print(String line) {
    out.print(erase() + readable(line) + System.lineSeparator());
    out.flush();
  }

  /** Draws these lines in place of those drawn before. They must fit the width of the screen. */
  void draw(List<String> lines) {
    StringBuilder text = new StringBuilder(erase());
    for (String line : lines) {
      text.append(line).append(System.lineSeparator());
    }
    out.print(text);
    out.flush();
    drawn = lines.size();
  }

  /** Up to where the drawing began, and all from there on cleared. */
  private String erase() {
    String sequence = drawn > 0 ? ESC + drawn + "A" + ESC + "J" : "";
    drawn = 0;
    return sequence;
  }

  /** Without what this stream's character set lacks. */
  private String readable(String line) {
    if (encoder.canEncode(line)) {
      return line;
    }
    return line.replace('–', '-').replace('×', 'x').replace('·', '|').replace('…', '.');
  }
}
