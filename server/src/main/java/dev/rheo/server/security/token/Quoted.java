package dev.rheo.server.security.token;

import dev.rheo.api.status.GoText;
import java.util.List;
import java.util.stream.Collectors;

/** Texts in messages, quoted as in Go, of which a token may bring long ones. */
final class Quoted {

  private static final int MAX_LISTED = 16;
  private static final int MAX_SHOWN = 256;

  private Quoted() {}

  static String of(String text) {
    return GoText.quote(text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...");
  }

  static String list(List<String> texts) {
    return texts.stream()
        .limit(MAX_LISTED)
        .map(Quoted::of)
        .collect(Collectors.joining(" ", "[", texts.size() > MAX_LISTED ? " ...]" : "]"));
  }
}
