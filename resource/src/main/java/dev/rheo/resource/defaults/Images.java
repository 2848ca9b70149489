package dev.rheo.resource.defaults;

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
          "(?:(?:"
              + HOST
              + "|\\[[a-fA-F0-9:]+])(?::[0-9]+)?/)?"
              + COMPONENT
              + "(?:/"
              + COMPONENT
              + ")*(?<tag>:[\\w][\\w.-]{0,127})?"
              + "(?<digest>@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?");

  /** No reference is longer, and the regex needs a stack that grows with its input. */
  private static final int MAX_LENGTH = 1024;

  private Images() {}

  /** {@code Always} for the tag {@code latest}, even if implied, else {@code IfNotPresent}. */
  static String pullPolicy(String image) {
    Matcher reference = REFERENCE.matcher(image);
    if (image.length() > MAX_LENGTH || !reference.matches()) {
      return "IfNotPresent";
    }
    String tag = reference.group("tag");
    boolean latest = tag == null ? reference.group("digest") == null : tag.equals(":latest");
    return latest ? "Always" : "IfNotPresent";
  }
}
