package dev.rheo.resource.table;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonText;
import dev.rheo.codec.value.Floats;

/** Writes cells into a {@link CellTemplate}. Not thread-safe. */
final class CellWriter {
  /** Shown where there is no value. */
  static final String NONE = "<none>";

  static final String UNKNOWN = "<unknown>";
  static final String UNSET = "<unset>";
  static final String INVALID = "<invalid>";

  /**
   * Upper bound on the characters of a cell. A row stays on the heap until its reader takes it, so
   * it must be small even if the object is large.
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

  void number(double value) {
    out.ascii(Floats.format(value));
  }

  /** Writes a cell that has no value. */
  void nothing() {
    out.ascii("null");
  }

  void flag(boolean value) {
    out.ascii(value ? "true" : "false");
  }

  /** Writes the time since an instant of {@link Instants}. */
  void since(long instant) {
    since(instant, UNKNOWN);
  }

  /**
   * Writes the time since an instant.
   *
   * @param none text written for {@link Instants#NONE}
   */
  void since(long instant, String none) {
    if (instant == Instants.NONE) {
      text(none);
    } else {
      since("", instant, "");
    }
  }

  /**
   * Writes the time since a known instant, between two texts.
   *
   * @param before ASCII text that JSON does not escape
   * @param after ASCII text that JSON does not escape
   */
  void since(String before, long instant, String after) {
    out.write('"');
    out.ascii(before);
    CellTemplate.slot(out, instant);
    out.ascii(after);
    out.write('"');
  }
}
