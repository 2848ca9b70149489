package dev.rheo.codec.json;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonScanner;
import java.nio.charset.StandardCharsets;

/** Leaves {@code metadata.managedFields} out of JSON that is otherwise kept byte by byte. */
public final class ManagedFields {
  private static final byte[] METADATA = ascii("metadata");
  private static final byte[] MANAGED_FIELDS = ascii("managedFields");
  private static final byte[] ITEMS = ascii("items");

  private final JsonScanner in;
  private final ByteOutput out;

  /** What precedes this offset is written or left out. */
  private int copied;

  private ManagedFields(byte[] json, int from, int to) {
    in = new JsonScanner(json, from, to);
    out = new ByteOutput(to - from);
    copied = from;
  }

  /**
   * A copy of some members of an object, of which the first is metadata, without managed fields.
   *
   * @param from offset of the opening quote of the key {@code "metadata"}
   * @param to where the copy ends, at the earliest at the end of metadata
   */
  public static byte[] without(byte[] json, int from, int to) {
    ManagedFields cut = new ManagedFields(json, from, to);
    cut.in.string();
    cut.in.expect(':');
    cut.metadata();
    return cut.end(to);
  }

  /** A copy of an object, or of a list of objects, without managed fields. */
  public static byte[] without(byte[] json) {
    ManagedFields cut = new ManagedFields(json, 0, json.length);
    cut.object(true);
    return cut.end(json.length);
  }

  private void object(boolean maybeList) {
    in.expect('{');
    if (in.consume('}')) {
      return;
    }
    do {
      in.string();
      boolean metadata = in.stringIs(METADATA);
      boolean items = maybeList && in.stringIs(ITEMS);
      in.expect(':');
      if (metadata && in.peek() == '{') {
        metadata();
      } else if (items && in.peek() == '[') {
        items();
      } else {
        in.skipValue();
      }
    } while (in.more('}'));
  }

  private void items() {
    in.expect('[');
    if (in.consume(']')) {
      return;
    }
    do {
      if (in.peek() == '{') {
        object(false);
      } else {
        in.skipValue();
      }
    } while (in.more(']'));
  }

  private void metadata() {
    in.expect('{');
    if (in.consume('}')) {
      return;
    }
    int previousEnd = -1;
    boolean more;
    do {
      in.string();
      boolean found = in.stringIs(MANAGED_FIELDS);
      int start = in.stringStart() - 1;
      in.expect(':');
      in.skipValue();
      int end = in.position();
      more = in.more('}');
      if (found) {
        // It goes with the comma before it, or else with the one behind it.
        skip(previousEnd < 0 ? start : previousEnd, previousEnd < 0 && more ? in.position() : end);
      } else {
        previousEnd = end;
      }
    } while (more);
  }

  private void skip(int from, int to) {
    out.write(in.bytes(), copied, from - copied);
    copied = to;
  }

  private byte[] end(int to) {
    skip(to, to);
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
