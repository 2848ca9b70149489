package dev.rheo.schema.value;

import dev.rheo.api.net.Cidr;
import dev.rheo.api.net.Ip;
import dev.rheo.api.url.GoUrl;
import dev.rheo.cel.value.NamedFormat;
import dev.rheo.codec.value.GoDuration;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The formats of texts that a schema can state. Dashes in their names do not count. */
final class Formats {
  private static final int HOSTNAME_MAX = 255;
  private static final int LABEL_MAX = 63;
  private static final int NAME_MAX = 253;

  private static final String HEX = "[0-9a-fA-F]";
  private static final String OCTET = "(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])";
  private static final String SPACES = "\t\n\f\r ";
  private static final String SPACE = "[" + SPACES + "]*";
  private static final IntPredicate DIGITS = c -> c >= '0' && c <= '9';
  private static final IntPredicate LETTERS =
      c -> (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == 0xb5;

  private static final String NAME = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

  private static final Pattern CARD =
      Pattern.compile(
          "4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}"
              + "|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\\d{3})\\d{11}");

  /** The units of durations. The last of each may be the beginning of a longer word. */
  private static final List<List<String>> UNITS =
      List.of(
          List.of("ns", "nano"),
          List.of("us", "\u00b5s", "micro"),
          List.of("ms", "milli"),
          List.of("s", "sec"),
          List.of("m", "min"),
          List.of("h", "hr", "hour"),
          List.of("d", "day"),
          List.of("w", "wk", "week"));

  private static final Map<String, Predicate<String>> ALL =
      Map.ofEntries(
          Map.entry("bsonobjectid", pattern(HEX + "{24}")),
          Map.entry("uri", Formats::isUri),
          Map.entry("email", MailAddress::isValid),
          Map.entry("hostname", Formats::isHostname),
          Map.entry("ipv4", text -> text.indexOf('.') >= 0 && Ip.parse(text) != null),
          Map.entry("ipv6", Formats::isIpv6),
          Map.entry("cidr", text -> Cidr.parse(text) != null),
          Map.entry("mac", Formats::isMac),
          Map.entry("uuid", uuid("", "")),
          Map.entry("uuid3", uuid("3", "")),
          Map.entry("uuid4", uuid("4", "[89abAB]")),
          Map.entry("uuid5", uuid("5", "[89abAB]")),
          Map.entry("isbn", text -> isIsbn10(text) || isIsbn13(text)),
          Map.entry("isbn10", Formats::isIsbn10),
          Map.entry("isbn13", Formats::isIsbn13),
          Map.entry("creditcard", Formats::isCreditCard),
          Map.entry("ssn", pattern("\\d{3}[- ]\\d{2}[- ]\\d{4}")),
          Map.entry("hexcolor", pattern("#?(" + HEX + "{3}|" + HEX + "{6})")),
          Map.entry("rgbcolor", rgb()),
          Map.entry("byte", named("byte")),
          Map.entry("password", text -> true),
          Map.entry("date", named("date")),
          Map.entry("duration", Formats::isDuration),
          Map.entry("datetime", named("datetime")),
          Map.entry("k8sshortname", Formats::isShortName),
          Map.entry("k8slongname", Formats::isLongName));

  private Formats() {}

  static boolean isKnown(String format) {
    return !format.isEmpty() && ALL.containsKey(normalized(format));
  }

  /**
   * @param format a known one
   */
  static boolean isValid(String format, String text) {
    return Objects.requireNonNull(ALL.get(normalized(format))).test(text);
  }

  private static String normalized(String format) {
    return format.indexOf('-') < 0 ? format : format.replace("-", "");
  }

  private static Predicate<String> pattern(String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    return text -> compiled.matcher(text).matches();
  }

  private static Predicate<String> named(String name) {
    NamedFormat format = Objects.requireNonNull(NamedFormat.all().get(name));
    return text -> format.faults().apply(text).isEmpty();
  }

  /**
   * @param version the digit that tells it; empty for any
   * @param variant the digits that may tell it; empty for any
   */
  private static Predicate<String> uuid(String version, String variant) {
    return pattern(
        HEX
            + "{8}-?"
            + HEX
            + "{4}-?"
            + (version.isEmpty() ? HEX : version)
            + HEX
            + "{3}-?"
            + (variant.isEmpty() ? HEX : variant)
            + HEX
            + "{3}-?"
            + HEX
            + "{12}");
  }

  private static Predicate<String> rgb() {
    String comma = SPACE + "," + SPACE;
    return pattern("rgb\\(" + SPACE + OCTET + comma + OCTET + comma + OCTET + SPACE + "\\)");
  }

  private static boolean isUri(String text) {
    try {
      GoUrl.checkRequest(text);
      return true;
    } catch (GoUrl.SyntaxException e) {
      return false;
    }
  }

  /** One label, or several of which the last has letters only; symbols count as letters. */
  private static boolean isHostname(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > HOSTNAME_MAX) {
      return false;
    }
    String[] labels = text.split("\\.", -1);
    for (String label : labels) {
      if (label.getBytes(StandardCharsets.UTF_8).length > LABEL_MAX) {
        return false;
      }
    }
    if (labels.length == 1) {
      return isHost(text);
    }
    for (int i = 0; i < labels.length - 1; i++) {
      if (!isLabel(labels[i])) {
        return false;
      }
    }
    String last = labels[labels.length - 1];
    return last.codePointCount(0, last.length()) >= 2
        && last.codePoints().allMatch(Character::isLetter);
  }

  /** A name without dots: one dash at most, which follows the first character. */
  private static boolean isHost(String text) {
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      if (!isNamePart(points[i]) && !(i == 1 && points[i] == '-')) {
        return false;
      }
    }
    return points.length > 0;
  }

  private static boolean isLabel(String text) {
    return !text.isEmpty()
        && text.codePoints().allMatch(c -> c == '-' || isNamePart(c))
        && !text.startsWith("-")
        && !text.endsWith("-");
  }

  private static boolean isNamePart(int c) {
    return (c >= '0' && c <= '9')
        || Character.isLetter(c)
        || switch (Character.getType(c)) {
          case Character.MATH_SYMBOL,
              Character.CURRENCY_SYMBOL,
              Character.MODIFIER_SYMBOL,
              Character.OTHER_SYMBOL ->
              true;
          default -> false;
        };
  }

  private static boolean isIpv6(String text) {
    Ip ip = text.indexOf(':') < 0 ? null : Ip.parse(text);
    return ip != null && !ip.leadingZeros();
  }

  private static boolean isMac(String text) {
    int length = text.length();
    if (length < 12) {
      return false;
    }
    char separator = text.charAt(2);
    if (separator == ':' || separator == '-') {
      return groups(text, 2, separator);
    }
    return text.charAt(4) == '.' ? groups(text, 4, '.') : groups(text, length, '.');
  }

  /** Whether a text has 6, 8 or 20 bytes in groups of hexadecimal digits. */
  private static boolean groups(String text, int size, char separator) {
    int digits = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (i % (size + 1) == size) {
        if (c != separator) {
          return false;
        }
      } else if (c >= 0x80 || Character.digit(c, 16) < 0) {
        return false;
      } else {
        digits++;
      }
    }
    boolean whole = size == text.length() || (text.length() + 1) % (size + 1) == 0;
    return whole && (digits == 12 || digits == 16 || digits == 40);
  }

  private static boolean isIsbn10(String text) {
    String digits = withoutSpace(text);
    if (digits.length() != 10) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < 10; i++) {
      char c = digits.charAt(i);
      boolean ten = i == 9 && c == 'X';
      if (!ten && (c < '0' || c > '9')) {
        return false;
      }
      sum += (i + 1) * (ten ? 10 : c - '0');
    }
    return sum % 11 == 0;
  }

  private static boolean isIsbn13(String text) {
    String digits = withoutSpace(text);
    if (digits.length() != 13) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < 13; i++) {
      char c = digits.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
      sum += (i % 2 == 0 ? 1 : 3) * (c - '0');
    }
    return sum % 10 == 0;
  }

  private static String withoutSpace(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '-' && SPACES.indexOf(c) < 0) {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static boolean isCreditCard(String text) {
    StringBuilder digits = new StringBuilder();
    text.chars().filter(c -> c >= '0' && c <= '9').forEach(c -> digits.append((char) c));
    if (!CARD.matcher(digits).matches()) {
      return false;
    }
    int sum = 0;
    boolean twice = false;
    for (int i = digits.length() - 1; i >= 0; i--) {
      int digit = (digits.charAt(i) - '0') * (twice ? 2 : 1);
      sum += digit > 9 ? digit - 9 : digit;
      twice = !twice;
    }
    return sum % 10 == 0;
  }

  /** A Go duration, or numbers with units between any other text. */
  private static boolean isDuration(String text) {
    if (GoDuration.parse(text) != null) {
      return true;
    }
    boolean found = false;
    int at = 0;
    while (at < text.length()) {
      int number = skip(text, at, DIGITS);
      if (number == at) {
        at++;
        continue;
      }
      int space = skip(text, number, c -> SPACES.indexOf(c) >= 0);
      int unit = skip(text, space, LETTERS);
      if (unit > space) {
        if (!isLong(text.substring(at, number))) {
          return false;
        }
        found |= isUnit(text.substring(space, unit).toLowerCase(Locale.ROOT));
        at = unit;
      } else {
        at = number;
      }
    }
    return found;
  }

  /** The end of the characters of a kind that begin at a place. */
  private static int skip(String text, int from, IntPredicate kind) {
    int at = from;
    while (at < text.length() && kind.test(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isLong(String digits) {
    try {
      long ignored = Long.parseLong(digits);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isUnit(String unit) {
    for (List<String> names : UNITS) {
      if (names.contains(unit) || unit.startsWith(names.getLast())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isShortName(String text) {
    return text.length() <= LABEL_MAX && text.matches(NAME);
  }

  private static boolean isLongName(String text) {
    return text.length() <= NAME_MAX && text.matches(NAME + "(\\." + NAME + ")*");
  }
}
