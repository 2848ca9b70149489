package dev.rheo.client.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The items of a list, one after the other, as they come. What the list says of itself is known at
 * its end, since {@code metadata} may come before or after the items. Not safe for use by several
 * threads.
 */
public final class ListStream {
  private final JsonInput in;
  private final Captured item = new Captured();
  private final Captured scratch = new Captured();
  private String resourceVersion = "";
  private String continueToken = "";
  private boolean begun;
  private boolean inItems;
  private boolean sawItems;

  /**
   * @param limit the most bytes that one item may have
   */
  public ListStream(InputStream body, int limit) {
    this.in = new JsonInput(body, limit);
  }

  /**
   * Reads the next item.
   *
   * @return false when the list has ended
   * @throws java.io.EOFException if the answer ended before the list did
   */
  public boolean next() throws IOException {
    if (!begun) {
      in.expect('{');
      begun = true;
    }
    while (true) {
      if (inItems) {
        if (in.take(']')) {
          inItems = false;
          in.separator('}');
        } else {
          in.value(item);
          in.separator(']');
          return true;
        }
      }
      if (in.take('}')) {
        if (!sawItems) {
          throw new MalformedJsonException("a document without items is no list");
        }
        return false;
      }
      member();
    }
  }

  private void member() throws IOException {
    String member = in.string(scratch);
    in.expect(':');
    switch (member) {
      case "items" -> {
        sawItems = true;
        if (in.peek() == '[') {
          in.expect('[');
          inItems = true;
          return;
        }
        // Some servers write null for a list without items.
        in.skip();
      }
      case "metadata" -> {
        in.value(scratch);
        if (JsonText.parse(scratch.bytes(), 0, scratch.length()) instanceof Map<?, ?> metadata) {
          resourceVersion = text(metadata.get("resourceVersion"));
          continueToken = text(metadata.get("continue"));
        }
      }
      default -> in.skip();
    }
    in.separator('}');
  }

  /** The item that was read last. */
  public Captured item() {
    return item;
  }

  /** The list's resource version, once the list has ended. */
  public String resourceVersion() {
    return resourceVersion;
  }

  /** The token that asks for the next page; empty if there is none. */
  public String continueToken() {
    return continueToken;
  }

  private static String text(@Nullable Object value) {
    return value instanceof String string ? string : "";
  }
}
