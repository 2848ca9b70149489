package dev.rheo.server.request;

import dev.rheo.server.http.HttpResponse;
import java.util.List;

/** The header fields by which a client is warned: {@code Warning: 299 - "text"} (RFC 7234 §5.5). */
final class Warnings {

  /** Longer texts are cut, and no more are sent than this in all, as kube-apiserver does. */
  private static final int MAX_LENGTH = 256;

  private static final int MAX_TOTAL = 4096;

  private Warnings() {}

  static void add(HttpResponse response, String text) {
    String clean = text.replaceAll("\\p{Cntrl}", " ");
    String cut = clean.length() > MAX_LENGTH ? clean.substring(0, MAX_LENGTH) : clean;
    String value = "299 - \"" + cut.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    List<String> present = response.headers().getAll("Warning");
    int total = present.stream().mapToInt(String::length).sum();
    if (!present.contains(value) && total + value.length() <= MAX_TOTAL) {
      response.headers().add("Warning", value);
    }
  }
}
