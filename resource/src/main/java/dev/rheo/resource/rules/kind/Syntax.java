package dev.rheo.resource.rules.kind;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Checks of texts and numbers, for {@link Field#check}: each returns what is wrong, in upstream's
 * words; nothing if the value is fine. All take time that is linear in the text.
 */
public final class Syntax {
  private static final int SUBDOMAIN_MAX = 253;
  private static final int PORT_NAME_MAX = 15;
  private static final int PORT_MAX = 65535;

  private Syntax() {}

  public static String range(long low, long high) {
    return "must be between " + low + " and " + high + ", inclusive";
  }

  /** Demands a port of TCP or UDP. */
  public static void port(Field at) {
    range(at, 1, PORT_MAX);
  }

  /** Demands the id of a user or of a group. */
  public static void unixId(Field at) {
    range(at, 0, Integer.MAX_VALUE);
  }

  public static void range(Field at, long low, long high) {
    if (at.number() < low || at.number() > high) {
      at.invalid(at.number(), range(low, high));
    }
  }

  /** Demands the number or the name of a port. */
  public static void portNumberOrName(Field at) {
    if (at.node() != null && at.node().isTextual()) {
      at.check(Syntax::portName);
    } else {
      port(at);
    }
  }

  public static List<String> portName(String name) {
    List<String> faults = new ArrayList<>(0);
    maxLength(faults, name, PORT_NAME_MAX);
    if (!all(name, c -> c == '-' || isLower(c) || isDigit(c))) {
      faults.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if (name.chars().noneMatch(Syntax::isLower)) {
      faults.add("must contain at least one letter (a-z)");
    }
    if (name.contains("--")) {
      faults.add("must not contain consecutive hyphens");
    }
    if (name.startsWith("-") || name.endsWith("-")) {
      faults.add("must not begin or end with a hyphen");
    }
    return faults;
  }

  /** A key of a ConfigMap or a Secret. */
  public static List<String> configKey(String key) {
    List<String> faults = new ArrayList<>(0);
    maxLength(faults, key, SUBDOMAIN_MAX);
    if (!all(key, c -> isAlphanumeric(c) || c == '-' || c == '.' || c == '_')) {
      faults.add(
          regex(
              "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
              "[-._a-zA-Z0-9]+",
              "key.name",
              "KEY_NAME",
              "key-name"));
    }
    if (key.equals(".") || key.equals("..")) {
      faults.add("must not be '" + key + "'");
    } else if (key.startsWith("..")) {
      faults.add("must not start with '..'");
    }
    return faults;
  }

  /** The name of an environment variable. */
  public static List<String> variableName(String name) {
    if (name.isEmpty()) {
      return List.of("environment variable name must be non-empty");
    }
    return all(name, c -> c >= ' ' && c < 0x7f && c != '=')
        ? List.of()
        : List.of(
            "a valid environment variable name must consist only of printable ASCII characters"
                + " other than '='");
  }

  public static List<String> httpHeaderName(String name) {
    return all(name, c -> isAlphanumeric(c) || c == '-')
        ? List.of()
        : List.of(
            regex(
                "a valid HTTP header must consist of alphanumeric characters or '-'",
                "[-A-Za-z0-9]+",
                "X-Header-Name"));
  }

  /** A DNS subdomain whose labels may have underscores. */
  public static List<String> subdomainWithUnderscore(String value) {
    List<String> faults = new ArrayList<>(0);
    maxLength(faults, value, SUBDOMAIN_MAX);
    for (String label : value.split("\\.", -1)) {
      String bare = label.startsWith("_") ? label.substring(1) : label;
      if (!all(bare, c -> isLower(c) || isDigit(c) || c == '-' || c == '_')
          || !isLowerOrDigit(bare.charAt(0))
          || !isLowerOrDigit(bare.charAt(bare.length() - 1))) {
        String format = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
        faults.add(
            regex(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
                    + " characters, '_', '-' or '.', and must start and end with an alphanumeric"
                    + " character",
                format + "(\\." + format + ")*",
                "example.com"));
        break;
      }
    }
    return faults;
  }

  /** A number without leading zeros or plus sign. */
  public static List<String> decimalInteger(String value) {
    if (value.isEmpty()) {
      return List.of("must be non-empty");
    }
    String digits = value.startsWith("-") ? value.substring(1) : value;
    boolean canonical =
        value.equals("0") || (all(digits, Syntax::isDigit) && !digits.startsWith("0"));
    return canonical ? List.of() : List.of("must be a valid decimal integer in canonical form");
  }

  /** A fault of a text that does not match a regular expression, worded as upstream does. */
  public static String regex(String message, String format, String... examples) {
    StringBuilder text = new StringBuilder(message);
    text.append(" (");
    for (int i = 0; i < examples.length; i++) {
      text.append(i == 0 ? "e.g. '" : " or '").append(examples[i]).append("', ");
    }
    return text.append("regex used for validation is '").append(format).append("')").toString();
  }

  private static void maxLength(List<String> faults, String value, int maximum) {
    if (bytes(value) > maximum) {
      faults.add("must be no more than " + maximum + " characters");
    }
  }

  /** The length of a text as upstream counts it: in bytes of UTF-8. */
  public static int bytes(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean all(String text, IntPredicate allowed) {
    return !text.isEmpty() && text.chars().allMatch(allowed);
  }

  private static boolean isLowerOrDigit(int c) {
    return isLower(c) || isDigit(c);
  }

  private static boolean isAlphanumeric(int c) {
    return isLower(c) || isDigit(c) || (c >= 'A' && c <= 'Z');
  }

  private static boolean isLower(int c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
