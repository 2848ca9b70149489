package dev.rheo.api.name;

import dev.rheo.api.net.Ip;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Validates names, label keys and label values. Each check returns the faults in upstream's
 * wording, an empty list if the value is valid. Lengths are in bytes of UTF-8.
 */
public final class Names {
  private Names() {}

  /** The kind of name that the objects of a resource have. */
  public enum Kind {
    /** A DNS-1123 label: {@code my-name}. */
    DNS_LABEL,
    /** A DNS-1123 subdomain: {@code my.name}. */
    DNS_SUBDOMAIN,
    /** Any string that can be one segment of a URL path. */
    PATH_SEGMENT,
    /** An IP address in canonical form. */
    IP_ADDRESS,
    /** As {@link #DNS_SUBDOMAIN}, as newer kinds check it: a prefix may be any text. */
    LONG_NAME;

    public List<String> validate(String name) {
      return switch (this) {
        case DNS_LABEL -> dnsLabel(name);
        case DNS_SUBDOMAIN -> dnsSubdomain(name);
        case PATH_SEGMENT -> pathSegment(name);
        case IP_ADDRESS -> ipAddress(name);
        case LONG_NAME -> dnsSubdomain(name, BYTES);
      };
    }

    /** The faults of a {@code generateName}, which may end in a dash. */
    public List<String> validatePrefix(String prefix) {
      return switch (this) {
        case PATH_SEGMENT -> pathSegmentPrefix(prefix);
        case IP_ADDRESS -> ipAddress(prefix);
        case LONG_NAME -> List.of();
        default -> validate(maskTrailingDash(prefix));
      };
    }
  }

  private static final int LABEL_MAX = 63;
  private static final int SUBDOMAIN_MAX = 253;

  /** The unit in upstream's messages. Both words stand for bytes. */
  private static final String CHARACTERS = "characters";

  private static final String BYTES = "bytes";

  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
  private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
  private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  private static final String VALUE = "(" + QUALIFIED + ")?";

  private static final String QUALIFIED_MESSAGE =
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
          + " alphanumeric character";

  /** Without vowels and the digits that look like vowels, so that suffixes form no words. */
  private static final String SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

  private static final int SUFFIX_LENGTH = 5;
  private static final int GENERATED_BASE_MAX = LABEL_MAX - SUFFIX_LENGTH;

  public static List<String> dnsLabel(String value) {
    List<String> errors = new ArrayList<>(0);
    tooLong(errors, value, LABEL_MAX, CHARACTERS);
    if (!isLabel(value, 0, value.length())) {
      errors.add(
          isSubdomain(value)
              ? "must not contain dots"
              : regex(
                  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or"
                      + " '-', and must start and end with an alphanumeric character",
                  LABEL,
                  "my-name",
                  "123-abc"));
    }
    return errors;
  }

  /** A DNS-1035 label, which starts with a letter. */
  public static List<String> dns1035Label(String value) {
    List<String> errors = new ArrayList<>(0);
    tooLong(errors, value, LABEL_MAX, CHARACTERS);
    boolean letter = !value.isEmpty() && value.charAt(0) >= 'a' && value.charAt(0) <= 'z';
    if (!letter || !isLabel(value, 0, value.length())) {
      errors.add(
          regex(
              "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start"
                  + " with an alphabetic character, and end with an alphanumeric character",
              LABEL_1035,
              "my-name",
              "abc-123"));
    }
    return errors;
  }

  public static List<String> dnsSubdomain(String value) {
    return dnsSubdomain(value, CHARACTERS);
  }

  private static List<String> dnsSubdomain(String value, String unit) {
    List<String> errors = new ArrayList<>(0);
    tooLong(errors, value, SUBDOMAIN_MAX, unit);
    if (!isSubdomain(value)) {
      errors.add(
          regex(
              "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                  + " '-' or '.', and must start and end with an alphanumeric character",
              SUBDOMAIN,
              "example.com"));
    }
    return errors;
  }

  public static List<String> pathSegment(String value) {
    return value.equals(".") || value.equals("..")
        ? List.of("may not be '" + value + "'")
        : pathSegmentPrefix(value);
  }

  private static List<String> pathSegmentPrefix(String value) {
    List<String> errors = new ArrayList<>(0);
    for (String illegal : new String[] {"/", "%"}) {
      if (value.contains(illegal)) {
        errors.add("may not contain '" + illegal + "'");
      }
    }
    return errors;
  }

  /** Demands an IP address that every parser reads alike, in its canonical form. */
  public static List<String> ipAddress(String value) {
    Ip ip = Ip.parse(value);
    if (ip == null) {
      return List.of("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }
    if (ip.leadingZeros()) {
      return List.of("must not have leading 0s");
    }
    if (ip.isMapped()) {
      return List.of("must not be an IPv4-mapped IPv6 address");
    }
    String canonical = ip.toString();
    return value.equals(canonical)
        ? List.of()
        : List.of("must be in canonical form (\"" + canonical + "\")");
  }

  /** Validates a label key, an annotation key or a finalizer: {@code [prefix/]name}. */
  public static List<String> labelKey(String value) {
    List<String> errors = new ArrayList<>(0);
    int slash = value.indexOf('/');
    if (slash >= 0 && value.indexOf('/', slash + 1) >= 0) {
      return List.of(
          "a valid label key "
              + regex(QUALIFIED_MESSAGE, QUALIFIED, "MyName", "my.name", "123-abc")
              + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
    }
    String name = value.substring(slash + 1);
    if (slash == 0) {
      errors.add("prefix part must be non-empty");
    } else if (slash > 0) {
      dnsSubdomain(value.substring(0, slash), BYTES)
          .forEach(message -> errors.add("prefix part " + message));
    }
    if (name.isEmpty()) {
      errors.add("name part must be non-empty");
    } else {
      List<String> length = new ArrayList<>(0);
      tooLong(length, name, LABEL_MAX, BYTES);
      length.forEach(message -> errors.add("name part " + message));
    }
    if (!isQualified(name)) {
      errors.add(
          "name part " + regex(QUALIFIED_MESSAGE, QUALIFIED, "MyName", "my.name", "123-abc"));
    }
    return errors;
  }

  public static List<String> labelValue(String value) {
    List<String> errors = new ArrayList<>(0);
    tooLong(errors, value, LABEL_MAX, BYTES);
    if (!value.isEmpty() && !isQualified(value)) {
      errors.add(
          regex(
              "a valid label must be an empty string or consist of alphanumeric characters, '-',"
                  + " '_' or '.', and must start and end with an alphanumeric character",
              VALUE,
              "MyValue",
              "my_value",
              "12345"));
    }
    return errors;
  }

  /**
   * Generates a name from a {@code generateName}: the base, cut so that the name has at most 63
   * characters, and five random characters.
   *
   * @param random gives a number in {@code [0, bound)}
   */
  public static String generate(String base, IntUnaryOperator random) {
    StringBuilder name = new StringBuilder(LABEL_MAX);
    name.append(base, 0, Math.min(base.length(), GENERATED_BASE_MAX));
    for (int i = 0; i < SUFFIX_LENGTH; i++) {
      name.append(SUFFIX_ALPHABET.charAt(random.applyAsInt(SUFFIX_ALPHABET.length())));
    }
    return name.toString();
  }

  // Written by hand: a regular expression with a repeated group recurses once per repetition, which
  // overflows the stack on long text.

  private static boolean isSubdomain(String value) {
    int start = 0;
    for (int dot = value.indexOf('.'); dot >= 0; dot = value.indexOf('.', start)) {
      if (!isLabel(value, start, dot)) {
        return false;
      }
      start = dot + 1;
    }
    return isLabel(value, start, value.length());
  }

  private static boolean isLabel(String value, int from, int to) {
    if (from == to || value.charAt(from) == '-') {
      return false;
    }
    for (int i = from; i < to; i++) {
      char c = value.charAt(i);
      if (!isLower(c) && !isDigit(c) && (c != '-' || i == to - 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isQualified(String value) {
    int last = value.length() - 1;
    for (int i = 0; i <= last; i++) {
      char c = value.charAt(i);
      boolean inner = i > 0 && i < last && (c == '-' || c == '_' || c == '.');
      if (!inner && !isLower(c) && !isDigit(c) && (c < 'A' || c > 'Z')) {
        return false;
      }
    }
    return last >= 0;
  }

  private static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String maskTrailingDash(String name) {
    // as upstream, which replaces the last two characters by one
    return name.length() > 1 && name.endsWith("-")
        ? name.substring(0, name.length() - 2) + "a"
        : name;
  }

  private static void tooLong(List<String> errors, String value, int maximum, String unit) {
    if (value.length() > maximum || value.getBytes(StandardCharsets.UTF_8).length > maximum) {
      errors.add("must be no more than " + maximum + " " + unit);
    }
  }

  private static String regex(String message, String regex, String... examples) {
    StringBuilder out = new StringBuilder(message).append(" (e.g. ");
    for (int i = 0; i < examples.length; i++) {
      out.append(i == 0 ? "'" : " or '").append(examples[i]).append("', ");
    }
    return out.append("regex used for validation is '").append(regex).append("')").toString();
  }
}
