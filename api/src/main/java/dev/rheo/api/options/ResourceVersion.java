package dev.rheo.api.options;

import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.GoText;
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

    private InvalidException(FieldError error) {
      super(error.message(), null, false, false);
      this.error = error;
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
      // Costs a step a digit, unlike numbers of any size.
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw refused(text, "value out of range");
    }
  }

  /** Whether it lies beyond what any store of this server can reach. */
  public static boolean isFuture(long unsigned) {
    return unsigned < 0;
  }

  private static InvalidException refused(String text, String why) {
    return new InvalidException(
        FieldError.invalid(
            "resourceVersion",
            text,
            "strconv.ParseUint: parsing " + GoText.quote(text) + ": " + why));
  }
}
