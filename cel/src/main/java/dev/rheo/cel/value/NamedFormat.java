package dev.rheo.cel.value;

import dev.rheo.api.name.Names;
import dev.rheo.api.url.GoUrl;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A format that texts can have, by its name.
 *
 * @param regexSize the length of the regular expression that a check is as costly as
 */
public record NamedFormat(String name, int regexSize, Function<String, List<String>> faults) {
  private static final Pattern UUID =
      Pattern.compile(
          "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern TIME =
      Pattern.compile("([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))");

  private static final int LABEL_SIZE = 30;
  private static final int SUBDOMAIN_SIZE = 60;
  private static final int VALUE_SIZE = 40;
  private static final int URI_SIZE = 1103;
  private static final int UUID_SIZE = 70;
  private static final int BYTE_SIZE = 84;
  private static final int TIME_SIZE = 71;

  private static final Map<String, NamedFormat> ALL = new LinkedHashMap<>();

  static {
    add("dns1123Label", "DNS1123Label", LABEL_SIZE, Names::dnsLabel);
    add("dns1123Subdomain", "DNS1123Subdomain", SUBDOMAIN_SIZE, Names::dnsSubdomain);
    add("dns1035Label", "DNS1035Label", LABEL_SIZE, Names::dns1035Label);
    add("qualifiedName", "QualifiedName", SUBDOMAIN_SIZE, Names::labelKey);
    add("dns1123LabelPrefix", "DNS1123LabelPrefix", LABEL_SIZE, prefix(Names::dnsLabel));
    add(
        "dns1123SubdomainPrefix",
        "DNS1123SubdomainPrefix",
        SUBDOMAIN_SIZE,
        prefix(Names::dnsSubdomain));
    add("dns1035LabelPrefix", "DNS1035LabelPrefix", LABEL_SIZE, prefix(Names::dns1035Label));
    add("labelValue", "LabelValue", VALUE_SIZE, Names::labelValue);
    add("uri", "URI", URI_SIZE, NamedFormat::uri);
    add("uuid", "uuid", UUID_SIZE, only(NamedFormat::isUuid, "does not match the UUID format"));
    add("byte", "byte", BYTE_SIZE, only(NamedFormat::isBase64, "invalid base64"));
    add("date", "date", TIME_SIZE, only(NamedFormat::isDate, "invalid date"));
    add("datetime", "datetime", TIME_SIZE, only(NamedFormat::isDateTime, "invalid datetime"));
  }

  private static void add(
      String function, String name, int regexSize, Function<String, List<String>> faults) {
    ALL.put(function, new NamedFormat(name, regexSize, faults));
  }

  /** The formats by the names of their functions. */
  public static Map<String, NamedFormat> all() {
    return Map.copyOf(ALL);
  }

  private static Function<String, List<String>> prefix(Function<String, List<String>> faults) {
    return text ->
        faults.apply(
            text.length() > 1 && text.endsWith("-")
                ? text.substring(0, text.length() - 2) + "a"
                : text);
  }

  private static Function<String, List<String>> only(
      Function<String, Boolean> valid, String fault) {
    return text -> valid.apply(text) ? List.of() : List.of(fault);
  }

  private static List<String> uri(String text) {
    try {
      GoUrl.checkRequest(text);
      return List.of();
    } catch (GoUrl.SyntaxException e) {
      return List.of(e.getMessage());
    }
  }

  private static boolean isUuid(String text) {
    return UUID.matcher(text).matches();
  }

  private static boolean isBase64(String text) {
    int length = text.length();
    int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    return length > 0
        && length % 4 == 0
        && text.substring(0, length - padding)
            .chars()
            .allMatch(
                c ->
                    (c >= 'a' && c <= 'z')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= '0' && c <= '9')
                        || c == '+'
                        || c == '/');
  }

  private static boolean isDate(String text) {
    if (!text.matches("\\d{4}-\\d{2}-\\d{2}")) {
      return false;
    }
    try {
      LocalDate ignored = LocalDate.parse(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static boolean isDateTime(String text) {
    String[] parts = text.toLowerCase(Locale.ROOT).split("t", -1);
    if (text.length() < 4 || parts.length < 2 || !isDate(parts[0])) {
      return false;
    }
    var time = TIME.matcher(parts[1]);
    return time.matches()
        && time.group(1).compareTo("23") <= 0
        && time.group(2).compareTo("59") <= 0
        && time.group(3).compareTo("59") <= 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NamedFormat that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
