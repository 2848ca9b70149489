package dev.rheo.api.options;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads options from query parameters as upstream does: the first value of a parameter counts,
 * unknown parameters are ignored, a boolean is true unless its text is {@code false} or {@code 0},
 * and a malformed number is refused with 400.
 */
final class QueryParameters {
  private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");

  private final Map<String, List<String>> query;

  QueryParameters(Map<String, List<String>> query) {
    this.query = query;
  }

  @Nullable String get(String name) {
    List<String> values = query.get(name);
    return values == null || values.isEmpty() ? null : values.getFirst();
  }

  String text(String name) {
    String value = get(name);
    return value == null ? "" : value;
  }

  List<String> all(String name) {
    List<String> values = query.get(name);
    return values == null ? List.of() : List.copyOf(values);
  }

  boolean isTrue(String name) {
    return Boolean.TRUE.equals(bool(name));
  }

  @Nullable Boolean bool(String name) {
    String value = get(name);
    return value == null ? null : !value.equals("0") && !value.equalsIgnoreCase("false");
  }

  @Nullable Long integer(String name) {
    String value = get(name);
    return value == null ? null : parse(value);
  }

  private static long parse(String value) {
    if (!INTEGER.matcher(value).matches()) {
      throw refused(value, "invalid syntax");
    }
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw refused(value, "value out of range");
    }
  }

  private static ApiException refused(String value, String why) {
    return ApiException.badRequest(
        "strconv.ParseInt: parsing " + Excerpt.quoted(value) + ": " + why);
  }
}
