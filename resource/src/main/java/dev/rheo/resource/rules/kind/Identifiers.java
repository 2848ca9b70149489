package dev.rheo.resource.rules.kind;

import dev.rheo.cel.type.Names;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Names that are no labels of the domain name system. Each check returns the faults in upstream's
 * wording; the time of each is linear in the length of the text.
 */
public final class Identifiers {
  private static final String C = "[A-Za-z_][A-Za-z0-9_]*";
  private static final Pattern C_PATTERN = Pattern.compile(C);

  private Identifiers() {}

  /** An identifier of the language C, of any length. */
  public static List<String> c(String value) {
    return C_PATTERN.matcher(value).matches()
        ? List.of()
        : List.of(
            "a valid C identifier must start with alphabetic character or '_', followed by a string"
                + " of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',"
                + " regex used for validation is '"
                + C
                + "')");
  }

  /** Whether CEL takes the text for the name of a variable. */
  public static boolean isCel(String value) {
    return C_PATTERN.matcher(value).matches() && !Names.isReserved(value);
  }
}
