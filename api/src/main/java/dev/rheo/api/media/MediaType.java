package dev.rheo.api.media;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A media type or media range with its parameters, such as {@code
 * application/json;as=Table;v=v1;g=meta.k8s.io}.
 *
 * @param type lower case, may be {@code *}
 * @param subtype lower case, may be {@code *}
 * @param quality the weight {@code q} of a media range in an Accept header, 0 to 1
 * @param parameters all but {@code q}, in the order received
 */
public record MediaType(
    String type, String subtype, double quality, Map<String, String> parameters) {

  public static final String JSON = "application/json";
  public static final String YAML = "application/yaml";
  public static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
  public static final String CBOR = "application/cbor";
  public static final String JSON_PATCH = "application/json-patch+json";
  public static final String MERGE_PATCH = "application/merge-patch+json";
  public static final String STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json";
  public static final String APPLY_PATCH_YAML = "application/apply-patch+yaml";

  /** {@code type/subtype}. */
  public String essence() {
    return type + "/" + subtype;
  }

  /**
   * Whether this media range, which may have wildcards, matches a media type without parameters.
   */
  public boolean covers(String essence) {
    return type.equals("*") && subtype.equals("*")
        || essence.startsWith(type + "/")
            && (subtype.equals("*")
                || essence.length() == type.length() + 1 + subtype.length()
                    && essence.endsWith("/" + subtype));
  }

  /** Parses a media type or a media range; null if it is malformed. */
  public static @Nullable MediaType parse(String text) {
    List<String> parts = split(text, ';');
    String essence = parts.getFirst().trim().toLowerCase(Locale.ROOT);
    int slash = essence.indexOf('/');
    if (essence.equals("*")) {
      essence = "*/*";
      slash = 1;
    }
    if (slash <= 0 || slash == essence.length() - 1 || essence.indexOf('/', slash + 1) >= 0) {
      return null;
    }
    double quality = 1;
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String part : parts.subList(1, parts.size())) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        continue;
      }
      String name = part.substring(0, equals).trim().toLowerCase(Locale.ROOT);
      String value = unquote(part.substring(equals + 1).trim());
      if (value.isEmpty()) {
        continue;
      }
      if (name.equals("q")) {
        quality = quality(value);
      } else {
        parameters.put(name, value);
      }
    }
    return new MediaType(
        essence.substring(0, slash), essence.substring(slash + 1), quality, parameters);
  }

  /** The media ranges of an Accept header, best first. Malformed ones are left out. */
  public static List<MediaType> parseAccept(String header) {
    List<MediaType> alternatives = new ArrayList<>();
    for (String part : split(header, ',')) {
      MediaType alternative = part.isBlank() ? null : parse(part);
      if (alternative != null) {
        alternatives.add(alternative);
      }
    }
    // the sort is stable, so equal media ranges keep the client's order
    alternatives.sort(
        (a, b) -> {
          int byQuality = Double.compare(b.quality, a.quality);
          return byQuality != 0 ? byQuality : Integer.compare(a.wildcards(), b.wildcards());
        });
    return alternatives;
  }

  private int wildcards() {
    return type.equals("*") ? 2 : subtype.equals("*") ? 1 : 0;
  }

  private static double quality(String value) {
    try {
      return Math.clamp(Double.parseDouble(value), 0.0, 1.0);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String unquote(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1).replace("\\", "")
        : value;
  }

  /** Splits at separators outside quoted strings. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(essence());
    parameters.forEach((name, value) -> out.append(';').append(name).append('=').append(value));
    return out.toString();
  }
}
