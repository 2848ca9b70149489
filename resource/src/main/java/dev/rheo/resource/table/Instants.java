package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.codec.value.Times;
import org.jspecify.annotations.Nullable;

/** Reads the timestamps of objects, as milliseconds since 1970. */
final class Instants {
  /** No time; less than any time. */
  static final long NONE = Long.MIN_VALUE;

  private static final int SECONDS_LENGTH = "2006-01-02T15:04:05Z".length();

  private Instants() {}

  /** The time at the path; {@link #NONE} if there is none, or Go's zero time. */
  static long at(@Nullable JsonNode node, String... path) {
    String text = Trees.text(node, path);
    if (text.isEmpty()) {
      return NONE;
    }
    try {
      Times.Instant instant = Times.parse(text, text.length() > SECONDS_LENGTH);
      return instant.isZero() ? NONE : instant.seconds() * 1000 + instant.micros() / 1000;
    } catch (IllegalArgumentException e) {
      return NONE; // stored objects have valid times only
    }
  }
}
