package dev.rheo.resource.defaults;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses image references for the default pull policy. */
final class Images {
  private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
  private static final String HOST =
      "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
          + "(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*";
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(?<host>(?:"
              + HOST
              + "|\\[[a-fA-F0-9:]+])(?::[0-9]+)?/)?(?<path>"
              + COMPONENT
              + "(?:/"
              + COMPONENT
              + ")*)(?<tag>:[\\w][\\w.-]{0,127})?"
              + "(?<digest>@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?");

  /** No reference is longer, and the regex needs a stack that grows with its input. */
  private static final int MAX_LENGTH = 1024;

  private static final int MAX_REPOSITORY = 255;

  /** A digest without its algorithm, which could be taken for a name. */
  private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");

  private Images() {}

  /** {@code Always} for the tag {@code latest}, even if implied, else {@code IfNotPresent}. */
  static String pullPolicy(String image) {
    Matcher reference = REFERENCE.matcher(image);
    if (image.length() > MAX_LENGTH || !reference.matches() || !isName(reference)) {
      return "IfNotPresent";
    }
    String tag = reference.group("tag");
    boolean latest = tag == null ? reference.group("digest") == null : tag.equals(":latest");
    return latest ? "Always" : "IfNotPresent";
  }

  /** Whether a registry can have a repository of that name. */
  private static boolean isName(Matcher reference) {
    String host = reference.group("host") == null ? "" : reference.group("host");
    String path = reference.group("path");
    boolean isHost =
        host.equals("localhost/")
            || !host.toLowerCase(Locale.ROOT).equals(host)
            || host.contains(".")
            || host.contains(":");
    String repository = isHost ? path : host + path;
    if (!isHost && host.isEmpty() && path.indexOf('/') < 0) {
      repository = "library/" + path;
    }
    return repository.length() <= MAX_REPOSITORY
        && !IDENTIFIER.matcher(reference.group()).matches();
  }
}
