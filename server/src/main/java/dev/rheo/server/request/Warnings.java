package dev.rheo.server.request;

import dev.rheo.edge.HttpResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The header fields {@code Warning: 299 - "text"} (RFC 7234 §5.5). As in kube-apiserver, each text
 * is sent once. If all texts together exceed {@value #MAX_TOTAL} characters, each is cut to {@value
 * #MAX_LENGTH}, and texts are sent until they reach that sum.
 */
final class Warnings {

  private static final int MAX_LENGTH = 256;

  private static final int MAX_TOTAL = 4096;

  private Warnings() {}

  /** Adds one warning, whose text has no control characters. */
  static void add(HttpResponse response, String text) {
    response
        .headers()
        .add("Warning", "299 - \"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
  }

  /** Adds the warnings about a request. */
  static void addAll(HttpResponse response, List<String> warnings) {
    Set<String> texts = new LinkedHashSet<>(warnings);
    boolean fits = characters(texts) <= MAX_TOTAL;
    int sent = 0;
    for (String text : texts) {
      if (sent >= MAX_TOTAL) {
        return;
      }
      String cut = fits ? text : cut(text);
      sent += cut.codePointCount(0, cut.length());
      add(response, clean(cut));
    }
  }

  private static long characters(Set<String> texts) {
    long all = 0;
    for (String text : texts) {
      all += text.codePointCount(0, text.length());
    }
    return all;
  }

  private static String cut(String text) {
    return text.codePointCount(0, text.length()) <= MAX_LENGTH
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_LENGTH));
  }

  /** Replaces control characters: a header field is one line. */
  private static String clean(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
