package dev.rheo.client.wire;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The events of a watch, one after the other, as they come. The bytes of an event's object are
 * valid until the next event. Not safe for use by several threads.
 *
 * <p>Format: JSON documents {@code {"type":…,"object":…}} in a row, with or without white space
 * between them.
 */
public final class WatchStream {
  private final JsonInput in;
  private final Captured object = new Captured();
  private final Captured scratch = new Captured();
  private @Nullable EventType type;

  /**
   * @param limit the most bytes that one object may have
   */
  public WatchStream(InputStream body, int limit) {
    this.in = new JsonInput(body, limit);
  }

  /**
   * Reads the next event.
   *
   * @return false if the stream ended between two events
   * @throws java.io.EOFException if it ended within one
   */
  public boolean next() throws IOException {
    if (in.peek() < 0) {
      return false;
    }
    type = null;
    boolean hasObject = false;
    in.expect('{');
    while (!in.take('}')) {
      String member = in.string(scratch);
      in.expect(':');
      switch (member) {
        case "type" -> type = typeOf(in.string(scratch));
        case "object" -> {
          in.value(object);
          hasObject = true;
        }
        default -> in.skip();
      }
      in.separator('}');
    }
    if (type == null || !hasObject) {
      throw new MalformedJsonException("a watch event without a type or without an object");
    }
    return true;
  }

  /** The type of the event that was read last. */
  public EventType type() {
    EventType read = type;
    if (read == null) {
      throw new IllegalStateException("no event has been read");
    }
    return read;
  }

  /** The object of the event that was read last. */
  public Captured object() {
    return object;
  }

  private static EventType typeOf(String name) throws MalformedJsonException {
    for (EventType candidate : EventType.values()) {
      if (candidate.name().equals(name)) {
        return candidate;
      }
    }
    throw new MalformedJsonException("a watch event of the unknown type '" + name + "'");
  }
}
