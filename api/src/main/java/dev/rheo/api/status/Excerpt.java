package dev.rheo.api.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;

/**
 * Formats what a client sent for use in a message: as upstream does, and in at most {@value
 * #MAX_BYTES} bytes of UTF-8. A longer value is cut between two characters, and a note gives its
 * length: {@code "aaaa" (cut from 300000 characters)}.
 *
 * <p>The limit, not the size of the value, bounds the time and the memory that this takes.
 */
public final class Excerpt {
  /**
   * The most bytes of UTF-8 that are shown of one value, including its quotes, excluding the note.
   */
  public static final int MAX_BYTES = 1024;

  private final StringBuilder out = new StringBuilder();

  /** Whether members are shown by name. */
  private final boolean sorted;

  private int left;

  private Excerpt(int left) {
    this(left, false);
  }

  private Excerpt(int left, boolean sorted) {
    this.left = left;
    this.sorted = sorted;
  }

  /** A text without quotes. */
  public static String text(String text) {
    return cut(text, MAX_BYTES);
  }

  /** A text as Go's verb {@code %q} writes it. */
  public static String quoted(String text) {
    // one byte is kept for the closing quote
    Excerpt shown = new Excerpt(MAX_BYTES - 1);
    shown.add("\"");
    boolean whole = shown.each(text, GoText::appendQuoted);
    shown.out.append('"');
    return whole ? shown.out.toString() : shown.out + cutFrom(text);
  }

  /**
   * A value as upstream's {@code field.Error} shows it: strings are quoted, lists and trees are
   * JSON, and anything else is its {@code toString}.
   */
  public static String value(Object value) {
    return switch (value) {
      case String text -> quoted(text);
      case List<?> list -> json(list, " (cut from a list of " + list.size() + ")", false);
      case JsonNode node -> node(node, false);
      case Untyped untyped -> untyped(untyped.value());
      default -> text(value.toString());
    };
  }

  private static String untyped(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> quoted(value.textValue());
      case NUMBER -> number(value, GoNumbers::general);
      default -> node(value, true);
    };
  }

  private static String node(JsonNode value, boolean sorted) {
    return switch (value.getNodeType()) {
      case ARRAY -> json(value, " (cut from a list of " + value.size() + ")", sorted);
      case OBJECT -> json(value, " (cut from an object of " + value.size() + " members)", sorted);
      case STRING -> json(value, cutFrom(value.textValue()), sorted);
      default -> text(value.toString());
    };
  }

  /** A number as Go's int64 or float64. */
  private static String number(JsonNode value, DoubleFunction<String> format) {
    return value.isIntegralNumber() && value.canConvertToLong()
        ? Long.toString(value.longValue())
        : format.apply(value.doubleValue());
  }

  /** A value as Go's verb {@code %v} writes it: {@code map[a:1 b:[x y] c:<nil>]}. */
  public static String goValue(JsonNode value) {
    Excerpt shown = new Excerpt(MAX_BYTES);
    return shown.goTree(value) ? shown.out.toString() : shown.out + "...";
  }

  /**
   * A text, cut to at most {@code maximum} bytes of UTF-8, including the note.
   *
   * @param maximum at least 64
   */
  static String cut(String text, int maximum) {
    return cut(text, maximum, Excerpt::utf8);
  }

  /** As {@link #cut(String, int)}, but counts the bytes of a character in the JSON of a Status. */
  static String cutJson(String text, int maximum) {
    return cut(text, maximum, Excerpt::json);
  }

  /** The number of bytes of a text in the JSON of a Status, without its quotes. */
  static int jsonBytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      bytes += json(c);
      i += Character.charCount(c);
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  /** The number of bytes of one character. */
  @FunctionalInterface
  private interface Measure {
    int of(int codePoint);
  }

  /** Appends one character, escaped where needed. */
  @FunctionalInterface
  private interface Spelling {
    void append(StringBuilder out, int codePoint);
  }

  private static String cut(String text, int maximum, Measure measure) {
    // no character takes more than six bytes
    if (text.length() <= maximum / 6) {
      return text;
    }
    String note = cutFrom(text);
    int room = maximum - note.length();
    int fits = -1;
    int bytes = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      bytes += measure.of(c);
      if (bytes > room && fits < 0) {
        fits = i;
      }
      if (bytes > maximum) {
        return text.substring(0, fits) + note;
      }
      i += Character.charCount(c);
    }
    return text;
  }

  private static String cutFrom(String text) {
    return " (cut from " + text.length() + " characters)";
  }

  private static int utf8(int c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }

  private static int json(int c) {
    return switch (c) {
      case '"', '\\', '\b', '\f', '\n', '\r', '\t' -> 2;
      case '<', '>', '&', 0x2028, 0x2029 -> 6;
      default ->
          c < 0x20 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) ? 6 : utf8(c);
    };
  }

  private static String json(Object value, String note, boolean sorted) {
    Excerpt shown = new Excerpt(MAX_BYTES, sorted);
    return shown.tree(value) ? shown.out.toString() : shown.out + note;
  }

  /** Appends a value as JSON. Returns false as soon as a part does not fit. */
  private boolean tree(Object value) {
    switch (value) {
      case String text -> {
        return string(text);
      }
      case List<?> list -> {
        return add("[") && elements(list.iterator()) && add("]");
      }
      case JsonNode node when node.isArray() -> {
        return add("[") && elements(node.iterator()) && add("]");
      }
      case JsonNode node when node.isObject() -> {
        return add("{") && members(node) && add("}");
      }
      case JsonNode node when node.isTextual() -> {
        return string(node.textValue());
      }
      case JsonNode node when sorted && node.isNumber() -> {
        return add(number(node, GoNumbers::json));
      }
      default -> {
        return add(String.valueOf(value));
      }
    }
  }

  private boolean elements(Iterator<?> elements) {
    boolean fits = true;
    for (boolean first = true; fits && elements.hasNext(); first = false) {
      Object element = elements.next();
      fits = (first || add(",")) && tree(element);
    }
    return fits;
  }

  private boolean members(JsonNode object) {
    boolean first = true;
    Collection<Map.Entry<String, JsonNode>> members = object.properties();
    if (sorted) {
      members = members.stream().sorted(Map.Entry.comparingByKey()).toList();
    }
    for (Map.Entry<String, JsonNode> member : members) {
      if (!(first || add(","))
          || !string(member.getKey())
          || !add(":")
          || !tree(member.getValue())) {
        return false;
      }
      first = false;
    }
    return true;
  }

  private boolean goTree(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> add("map[") && goMembers(value) && add("]");
      case ARRAY -> add("[") && goElements(value) && add("]");
      case NULL, MISSING -> add("<nil>");
      default -> each(value.asText(), StringBuilder::appendCodePoint);
    };
  }

  private boolean goMembers(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    names.sort(null);
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (!(i == 0 || add(" "))
          || !each(name, StringBuilder::appendCodePoint)
          || !add(":")
          || !goTree(object.path(name))) {
        return false;
      }
    }
    return true;
  }

  private boolean goElements(JsonNode list) {
    for (int i = 0; i < list.size(); i++) {
      if (!(i == 0 || add(" ")) || !goTree(list.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean string(String text) {
    return add("\"") && each(text, GoText::appendJson) && add("\"");
  }

  private boolean each(String text, Spelling spelling) {
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int before = out.length();
      spelling.append(out, c);
      // an escape is ASCII; otherwise exactly the character itself was appended
      int bytes = out.length() - before == Character.charCount(c) ? utf8(c) : out.length() - before;
      if (bytes > left) {
        out.setLength(before);
        return false;
      }
      left -= bytes;
      i += Character.charCount(c);
    }
    return true;
  }

  /**
   * @param token ASCII
   */
  private boolean add(String token) {
    if (token.length() > left) {
      return false;
    }
    out.append(token);
    left -= token.length();
    return true;
  }
}
