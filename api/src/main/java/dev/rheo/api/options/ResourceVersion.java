package dev.rheo.api.options;

import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.Shown;
import java.util.regex.Pattern;

/**
 * Reads the {@code resourceVersion} of a request: empty and {@code 0} are 0, anything else is an
 * unsigned decimal number of 64 bits. A number above {@link Long#MAX_VALUE} stays unsigned in the
 * {@code long}; {@link #isFuture} tells.
 */
public final class ResourceVersion {
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  private ResourceVersion() {}

  /** It is not a number that a server of this kind gave out. */
  public static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient FieldError error;

    private final String why;

    private InvalidException(FieldError error, String why) {
      super(error.message(), null, false, false);
      this.error = error;
      this.why = why;
    }

    /** What is wrong with it, without the name of the field. */
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

  /** Whether it lies beyond what any store of this server can reach. */
  public static boolean isFuture(long unsigned) {
    return unsigned < 0;
  }

  private static InvalidException refused(String text, String fault) {
    String why = "strconv.ParseUint: parsing " + Shown.quoted(text) + ": " + fault;
    return new InvalidException(FieldError.invalid("resourceVersion", text, why), why);
  }
}
