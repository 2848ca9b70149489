package dev.rheo.storm.view;

import java.util.Locale;

/** Formats figures for users: three significant digits, decimal units. */
final class Units {

  /** Text for an unknown figure. */
  static final String UNKNOWN = "–";

  private static final String[] BYTES = {"B", "kB", "MB", "GB", "TB", "PB"};

  private Units() {}

  /** Formats bytes, for example {@code 187 MB}; {@link #UNKNOWN} if negative. */
  static String bytes(double bytes) {
    if (!(bytes >= 0)) {
      return UNKNOWN;
    }
    int unit = 0;
    double value = bytes;
    // 999.5 would be rounded to 1000 of its unit.
    while (value >= 999.5 && unit < BYTES.length - 1) {
      value /= 1000;
      unit++;
    }
    return significant(value) + " " + BYTES[unit];
  }

  /**
   * Formats a configured size: as {@code 1 MiB} if it is a whole number of a binary unit, else as
   * {@link #bytes}.
   */
  static String chosen(long bytes) {
    String[] units = {"KiB", "MiB", "GiB"};
    for (int unit = units.length - 1; unit >= 0; unit--) {
      long factor = 1L << (10 * (unit + 1));
      if (bytes > 0 && bytes % factor == 0) {
        return count(bytes / factor) + " " + units[unit];
      }
    }
    return bytes(bytes);
  }

  /** Formats a rate, for example {@code 1.07 GB/s}. */
  static String rate(double bytesPerSecond) {
    return bytesPerSecond >= 0 ? bytes(bytesPerSecond) + "/s" : UNKNOWN;
  }

  /** Formats a time, for example {@code 0.05 s}, {@code 7.2 s}, {@code 433 s}. */
  static String seconds(double seconds) {
    if (!(seconds >= 0)) {
      return UNKNOWN;
    }
    String format = seconds < 1 ? "%.2f s" : seconds < 100 ? "%.1f s" : "%,.0f s";
    return String.format(Locale.ROOT, format, seconds);
  }

  /** Formats a count, for example {@code 6,400}. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String significant(double value) {
    int digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    String text = String.format(Locale.ROOT, "%." + digits + "f", value);
    if (text.indexOf('.') < 0) {
      return text;
    }
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
  }
}
