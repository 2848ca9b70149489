package dev.rheo.client.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes the field sets ({@code metadata.managedFields[].fieldsV1}) out of objects before they are
 * decoded, and decodes each that is new once.
 *
 * <p>Whoever manages objects manages the same fields of most of them. So nearly all objects of a
 * resource have field sets that others have, too: they are half of what a decoder does for a small
 * object, and half of what the decoded object weighs.
 *
 * <p>Safe for use by many threads. At most {@link #KEPT} sets are remembered, none of which is
 * longer than {@link #LONGEST} bytes.
 */
public final class FieldSets {
  /** So many different sets are remembered; one more, and all are forgotten. */
  static final int KEPT = 256;

  /** In bytes. A longer set stays in the object. */
  static final int LONGEST = 4096;

  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private final Map<String, Map<String, Object>> known = new ConcurrentHashMap<>();

  /**
   * An object without its field sets.
   *
   * @param bytes its JSON, with {@code null} for each set that was taken out
   * @param length how many of the bytes it has
   * @param sets for each entry of {@code managedFields} its set, which is shared and cannot be
   *     changed; null for a set that is still in the bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // It is handed on to a decoder at once.
  public record Rest(byte[] bytes, int length, List<@Nullable Map<String, Object>> sets) {}

  /**
   * Takes the sets out of an object.
   *
   * @return null if there is nothing to take out, or the object is not as objects are: then it is
   *     to be decoded as it is
   */
  public @Nullable Rest takeFrom(byte[] bytes, int offset, int length) {
    try {
      return take(new JsonCursor(bytes, offset, offset + length), bytes, offset, length);
    } catch (MalformedJsonException e) {
      return null;
    }
  }

  private @Nullable Rest take(JsonCursor cursor, byte[] bytes, int offset, int length)
      throws MalformedJsonException {
    if (!cursor.enter("metadata") || !cursor.enter("managedFields")) {
      return null;
    }
    cursor.take('[');
    byte[] rest = new byte[length];
    int written = 0;
    int copied = offset;
    List<@Nullable Map<String, Object>> sets = new ArrayList<>();
    while (cursor.element()) {
      int entry = cursor.at();
      Map<String, Object> set = null;
      if (cursor.enter("fieldsV1")) {
        int from = cursor.at();
        cursor.skip();
        int to = cursor.at();
        set = to - from < NULL.length ? null : set(bytes, from, to - from);
        if (set != null) {
          System.arraycopy(bytes, copied, rest, written, from - copied);
          written += from - copied;
          System.arraycopy(NULL, 0, rest, written, NULL.length);
          written += NULL.length;
          copied = to;
        }
      }
      sets.add(set);
      cursor.to(entry);
      cursor.skip();
      cursor.separator();
    }
    if (copied == offset) {
      return null;
    }
    int left = offset + length - copied;
    System.arraycopy(bytes, copied, rest, written, left);
    return new Rest(rest, written + left, sets);
  }

  private @Nullable Map<String, Object> set(byte[] bytes, int from, int length)
      throws MalformedJsonException {
    if (length > LONGEST) {
      return null;
    }
    String text = new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    Map<String, Object> set = known.get(text);
    if (set == null) {
      set = frozen(JsonText.parse(bytes, from, length));
      if (set != null) {
        if (known.size() >= KEPT) {
          known.clear();
        }
        known.put(text, set);
      }
    }
    return set;
  }

  /** A set is objects within objects and nothing else; null for what is none. */
  private static @Nullable Map<String, Object> frozen(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return null;
    }
    Map<String, Object> frozen = new LinkedHashMap<>();
    for (Map.Entry<?, ?> member : map.entrySet()) {
      Map<String, Object> fields = frozen(member.getValue());
      if (fields == null) {
        return null;
      }
      frozen.put((String) member.getKey(), fields);
    }
    return frozen.isEmpty() ? Map.of() : Collections.unmodifiableMap(frozen);
  }
}
