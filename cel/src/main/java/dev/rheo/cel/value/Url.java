package dev.rheo.cel.value;

import dev.rheo.api.url.GoUrl;

/** A URL with a scheme, or a path from the root. */
public record Url(GoUrl parsed) {
  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException in upstream's words
   */
  public static Url parse(String text) {
    try {
      GoUrl.checkRequest(text);
      return new Url(GoUrl.parse(text));
    } catch (GoUrl.SyntaxException e) {
      throw new IllegalArgumentException(
          "URL parse error during conversion from string: " + e.getMessage(), e);
    }
  }
}
