package dev.rheo.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Header fields in order, with case-insensitive names (RFC 9110 §5). A request has a handful, so a
 * flat list is both smallest and fastest. Not thread-safe while it is being filled.
 */
public final class HttpHeaders {

  private final List<String> namesAndValues = new ArrayList<>(16);

  public HttpHeaders() {}

  /** The first value of {@code name}, or null. */
  public @Nullable String get(String name) {
    for (int i = 0; i < namesAndValues.size(); i += 2) {
      if (namesAndValues.get(i).equalsIgnoreCase(name)) {
        return namesAndValues.get(i + 1);
      }
    }
    return null;
  }

  /** Every value of {@code name}, in order; fields are not split at commas. */
  public List<String> getAll(String name) {
    List<String> values = new ArrayList<>(2);
    forEach(
        (n, v) -> {
          if (n.equalsIgnoreCase(name)) {
            values.add(v);
          }
        });
    return values;
  }

  /** The fields whose names begin with {@code prefix}, in order, with names as sent. */
  public List<Map.Entry<String, String>> startingWith(String prefix) {
    List<Map.Entry<String, String>> found = new ArrayList<>(0);
    for (int i = 0; i < namesAndValues.size(); i += 2) {
      String name = namesAndValues.get(i);
      if (name.regionMatches(true, 0, prefix, 0, prefix.length())) {
        found.add(Map.entry(name, namesAndValues.get(i + 1)));
      }
    }
    return found;
  }

  public boolean contains(String name) {
    return get(name) != null;
  }

  /** Appends a field. */
  public HttpHeaders add(String name, String value) {
    requireClean(name);
    requireClean(value);
    namesAndValues.add(name);
    namesAndValues.add(value);
    return this;
  }

  /** Sets a field, replacing all fields of the same name. */
  public HttpHeaders set(String name, String value) {
    for (int i = namesAndValues.size() - 2; i >= 0; i -= 2) {
      if (namesAndValues.get(i).equalsIgnoreCase(name)) {
        namesAndValues.remove(i + 1);
        namesAndValues.remove(i);
      }
    }
    return add(name, value);
  }

  public void forEach(BiConsumer<String, String> action) {
    for (int i = 0; i < namesAndValues.size(); i += 2) {
      action.accept(namesAndValues.get(i), namesAndValues.get(i + 1));
    }
  }

  /** Estimated heap size of the fields, in bytes. */
  long weight() {
    long weight = 0;
    for (String part : namesAndValues) {
      weight += part.length() + Weights.FIELD / 2;
    }
    return weight;
  }

  private static void requireClean(String part) {
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '\r' || c == '\n' || c == 0) {
        throw new IllegalArgumentException("line break in a header field");
      }
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    forEach((n, v) -> text.append(n.toLowerCase(Locale.ROOT)).append(": ").append(v).append('\n'));
    return text.toString();
  }
}
