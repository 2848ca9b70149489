package dev.rheo.resource.rules.kind;

import dev.rheo.api.name.Names;
import java.util.ArrayList;
import java.util.List;

/** Checks of texts that consist of domain names. All take time that is linear in the text. */
public final class Domains {
  private static final int SUBDOMAIN_MAX = 253;
  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  private static final String PATH_PUNCTUATION = "/-._~%!$&'()*+,;=:";

  private Domains() {}

  /** Upstream's {@code IsWildcardDNS1123Subdomain}: {@code *.example.com}. */
  public static List<String> wildcard(String value) {
    List<String> faults = new ArrayList<>(0);
    if (Syntax.bytes(value) > SUBDOMAIN_MAX) {
      faults.add("must be no more than " + SUBDOMAIN_MAX + " characters");
    }
    boolean valid = value.startsWith("*.");
    for (String label : valid ? value.substring(2).split("\\.", -1) : new String[0]) {
      valid &= isLabel(label);
    }
    if (!valid) {
      faults.add(
          Syntax.regex(
              "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS"
                  + " subdomain, which must consist of lower case alphanumeric characters, '-' or"
                  + " '.' and end with an alphanumeric character",
              "\\*\\." + LABEL + "(\\." + LABEL + ")*",
              "*.example.com"));
    }
    return faults;
  }

  private static boolean isLabel(String label) {
    return !label.isEmpty()
        && !label.startsWith("-")
        && !label.endsWith("-")
        && label.chars().allMatch(c -> (c >= 'a' && c <= 'z') || isDigit(c) || c == '-');
  }

  /**
   * Upstream's {@code IsFullyQualifiedDomainName}: two labels at least, perhaps a dot at the end.
   */
  public static void fullyQualified(Field at) {
    String text = at.text();
    if (text.isEmpty()) {
      at.required("");
      return;
    }
    String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    List<String> faults = Names.dnsSubdomain(name);
    if (!faults.isEmpty()) {
      at.invalid(name, String.join(",", faults));
      return;
    }
    if (name.indexOf('.') < 0) {
      at.invalid(name, "should be a domain with at least two segments separated by dots");
      return;
    }
    for (String label : name.split("\\.", -1)) {
      List<String> wrong = Names.dnsLabel(label);
      if (!wrong.isEmpty()) {
        at.invalid(label, String.join(",", wrong));
        return;
      }
    }
  }

  /** Upstream's {@code IsDomainPrefixedPath}: {@code example.com/path/to}. */
  public static void prefixedPath(Field at) {
    String text = at.text();
    if (text.isEmpty()) {
      at.required("");
      return;
    }
    int slash = text.indexOf('/');
    if (slash <= 0 || slash == text.length() - 1) {
      at.invalid(text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
      return;
    }
    String host = text.substring(0, slash);
    Names.dnsSubdomain(host).forEach(fault -> at.invalid(host, fault));
    String path = text.substring(slash + 1);
    if (!path.chars().allMatch(Domains::isPath)) {
      at.invalid(path, Syntax.regex("Invalid path", PATH));
    }
  }

  private static boolean isPath(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || isDigit(c)
        || PATH_PUNCTUATION.indexOf(c) >= 0;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
