package dev.rheo.storm.view;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Escapes text for an HTML page and fills the page's template. */
final class PageText {

  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private PageText() {}

  /** Escapes text for element content or a quoted attribute. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /**
   * Escapes JSON for a script element: it parses to the same value, but cannot end the element or
   * begin a comment. In JSON the replaced characters occur only in strings, where escapes are
   * valid.
   */
  static String json(String json) {
    return json.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /** Returns the Content-Security-Policy source that admits exactly this script. */
  static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Replaces each {@code {{name}}} of the template. Inserted text is not searched again.
   *
   * @throws IllegalArgumentException if a name has no value
   */
  static String fill(String template, Map<String, String> values) {
    return PLACE
        .matcher(template)
        .replaceAll(
            place -> {
              String value = values.get(place.group(1));
              if (value == null) {
                throw new IllegalArgumentException("no value for " + place.group());
              }
              return Matcher.quoteReplacement(value);
            });
  }
}
