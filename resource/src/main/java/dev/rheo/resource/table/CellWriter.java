package dev.rheo.resource.table;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonText;

/** Writes cells into a template. Not thread-safe. */
final class CellWriter {
  static final String UNKNOWN = "<unknown>";

  /**
   * Characters of a cell. A row is on the heap while its reader does not take it, so it must be
   * small whatever the object says.
   */
  static final int MAX_TEXT = 2048;

  private final ByteOutput out;

  CellWriter(ByteOutput out) {
    this.out = out;
  }

  void text(String text) {
    JsonText.write(out, text.length() <= MAX_TEXT ? text : cut(text));
  }

  private static String cut(String text) {
    int end = MAX_TEXT - 1;
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
  }

  void number(long value) {
    out.decimal(value);
  }

  void flag(boolean value) {
    out.ascii(value ? "true" : "false");
  }

  /** The time since an instant, as {@link Instants} gives it. */
  void since(long instant) {
    since(instant, UNKNOWN);
  }

  /**
   * The time since an instant.
   *
   * @param none what stands for {@link Instants#NONE}
   */
  void since(long instant, String none) {
    if (instant == Instants.NONE) {
      text(none);
    } else {
      since("", instant, "");
    }
  }

  /**
   * Text around the time since an instant that is known.
   *
   * @param before ASCII that JSON does not escape, and {@code after}, too
   */
  void since(String before, long instant, String after) {
    out.write('"');
    out.ascii(before);
    CellTemplate.slot(out, instant);
    out.ascii(after);
    out.write('"');
  }
}
