package dev.rheo.api.options;

import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import java.util.regex.Pattern;

/**
 * Parses the {@code resourceVersion} of a request: an unsigned decimal number of 64 bits, or the
 * empty string, which means 0. A number above {@link Long#MAX_VALUE} becomes a negative {@code
 * long}, which {@link #isFuture} detects.
 */
public final class ResourceVersion {
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  private ResourceVersion() {}

  /** The text is not an unsigned decimal number of 64 bits. */
  public static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient FieldError error;

    private final String why;

    private InvalidException(FieldError error, String why) {
      super(error.message(), null, false, false);
      this.error = error;
      this.why = why;
    }

    /** The fault, without the name of the field. */
    public String why() {
      return why;
    }

    public FieldError error() {
      return error;
    }
  }

  public static long parse(String text) throws InvalidException {
    if (text.isEmpty() || text.equals("0")) {
      return 0;
    }
    if (!DIGITS.matcher(text).matches()) {
      throw refused(text, "invalid syntax");
    }
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw refused(text, "value out of range");
    }
  }

  /** Whether the resourceVersion is beyond any revision that a store can reach. */
  public static boolean isFuture(long unsigned) {
    return unsigned < 0;
  }

  private static InvalidException refused(String text, String fault) {
    String why = "strconv.ParseUint: parsing " + Excerpt.quoted(text) + ": " + fault;
    return new InvalidException(FieldError.invalid("resourceVersion", text, why), why);
  }
}
