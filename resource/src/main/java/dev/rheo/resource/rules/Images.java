package dev.rheo.resource.rules;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Image references, as far as a pull policy depends on them. */
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

  /** No reference is longer; the expression takes a stack that grows with what it is matched on. */
  private static final int MAX_LENGTH = 1024;

  private Images() {}

  /** {@code Always} when the tag is {@code latest}, also if unsaid, else {@code IfNotPresent}. */
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
