package dev.rheo.cel.library;

import java.nio.charset.StandardCharsets;

/** The syntax of {@code string.format}: {@code %s}, {@code %.3f}, {@code %%}. */
public final class FormatClauses {
  /** The precision of a clause that has none. */
  public static final int NO_PRECISION = -1;

  /** Says why a format cannot be used. */
  public static final class FormatException extends Exception {
    private static final long serialVersionUID = 1;

    public FormatException(String message) {
      super(message, null, false, false);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /** What a format is for: a check of its arguments, or the text that it makes of them. */
  public interface Target {
    /** The number of arguments. */
    int size();

    /** A character that stands for itself. */
    void literal(char c);

    /**
     * A clause for the next argument.
     *
     * @param verb one of {@code sdfebxXo}
     */
    void clause(char verb, int precision, int argument) throws FormatException;
  }

  private FormatClauses() {}

  /**
   * Goes through a format.
   *
   * @return the number of arguments that it has clauses for
   */
  public static int walk(String format, Target target) throws FormatException {
    int argument = 0;
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at++);
      if (c != '%') {
        target.literal(c);
      } else if (at < format.length() && format.charAt(at) == '%') {
        target.literal('%');
        at++;
      } else {
        if (at >= format.length()) {
          throw new FormatException("unexpected end of string");
        }
        if (argument >= target.size()) {
          throw new FormatException("index " + argument + " out of range");
        }
        at = clause(format, at, argument++, target);
      }
    }
    return argument;
  }

  private static int clause(String format, int from, int argument, Target target)
      throws FormatException {
    int at = from;
    int precision = NO_PRECISION;
    if (format.charAt(at) == '.') {
      int end = at + 1;
      while (end < format.length() && isDigit(format.charAt(end))) {
        end++;
      }
      if (end == format.length()) {
        throw precisionFault("could not find end of precision specifier");
      }
      String digits = format.substring(at + 1, end);
      precision = precision(digits);
      at = end;
    }
    char verb = format.charAt(at);
    if ("sdfebxXo".indexOf(verb) < 0) {
      byte first = format.substring(at).getBytes(StandardCharsets.UTF_8)[0]; // as upstream reads it
      throw new FormatException(
          "could not parse formatting clause: unrecognized formatting clause \""
              + (char) Byte.toUnsignedInt(first)
              + "\"");
    }
    try {
      target.clause(verb, precision, argument);
    } catch (FormatException e) {
      throw new FormatException("error during formatting: " + e.getMessage());
    }
    return at + 1;
  }

  private static int precision(String digits) throws FormatException {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw precisionFault(
          "error while converting precision to integer: strconv.Atoi: parsing \""
              + digits
              + "\": "
              + (digits.isEmpty() ? "invalid syntax" : "value out of range"));
    }
  }

  private static FormatException precisionFault(String message) {
    return new FormatException(
        "could not parse formatting clause: error while parsing precision: " + message);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** What is said of an argument that a clause cannot write. */
  public static String mismatch(char verb, String type) {
    return switch (verb) {
          case 'd' -> "decimal clause can only be used on integers, was given ";
          case 'f' -> "fixed-point clause can only be used on doubles, was given ";
          case 'e' -> "scientific clause can only be used on doubles, was given ";
          case 'b' -> "only integers and bools can be formatted as binary, was given ";
          case 'x', 'X' ->
              "only integers, byte buffers, and strings can be formatted as hex, was given ";
          case 'o' -> "octal clause can only be used on integers, was given ";
          default ->
              "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists,"
                  + " types, durations, and timestamps, was given ";
        }
        + type;
  }
}
