package dev.rheo.cel.eval;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.rheo.api.status.GoText;
import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.Regex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions of texts. Indexes count code points. */
final class Texts {
  /** Longest text that a function makes, which is what an evaluation can pay for. */
  static final int LENGTH_MAX = 10_000_000;

  private Texts() {}

  static void register(Map<String, Implementation> functions) {
    functions.put("size", args -> size(args[0]));
    functions.put("contains", args -> text(args[0]).contains(text(args[1])));
    functions.put("startsWith", args -> text(args[0]).startsWith(text(args[1])));
    functions.put("endsWith", args -> text(args[0]).endsWith(text(args[1])));
    functions.put("matches", args -> pattern(text(args[1])).matcher(text(args[0])).find());
    functions.put("charAt", args -> charAt(text(args[0]), number(args[1])));
    functions.put("lowerAscii", args -> mapAscii(text(args[0]), 'A', 'Z', 'a' - 'A'));
    functions.put("upperAscii", args -> mapAscii(text(args[0]), 'a', 'z', 'A' - 'a'));
    functions.put("trim", args -> GoText.trim(text(args[0])));
    functions.put("substring", Texts::substring);
    functions.put("replace", Texts::replace);
    functions.put("split", Texts::split);
    functions.put("join", Texts::join);
    functions.put("strings.quote", args -> quote(text(args[0])));
    functions.put("find", args -> find(pattern(text(args[1])), text(args[0])));
    functions.put("findAll", args -> findAll(pattern(text(args[1])), args));
    functions.put(
        "jsonpatch.escapeKey", args -> text(args[0]).replace("~", "~0").replace("/", "~1"));
    functions.put("format", args -> Formatting.format(text(args[0]), list(args[1])));
  }

  static String text(Object value) throws EvaluationException {
    if (value instanceof String text) {
      return text;
    }
    throw Implementation.noOverload();
  }

  static long number(Object value) throws EvaluationException {
    if (value instanceof Long number) {
      return number;
    }
    throw Implementation.noOverload();
  }

  static List<?> list(Object value) throws EvaluationException {
    if (value instanceof List<?> list) {
      return list;
    }
    throw Implementation.noOverload();
  }

  private static Object size(Object value) throws EvaluationException {
    if (value instanceof String
        || value instanceof Bytes
        || value instanceof List
        || value instanceof Map) {
      return Values.sizeOf(value);
    }
    throw Implementation.noOverload();
  }

  private static EvaluationException outOfRange(long index) {
    return new EvaluationException("index out of range: " + index);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static String charAt(String text, long index) throws EvaluationException {
    int length = length(text);
    if (index < 0 || index > length) {
      throw outOfRange(index);
    }
    return index == length ? "" : part(text, (int) index, (int) index + 1);
  }

  private static String part(String text, int from, int to) {
    int start = text.offsetByCodePoints(0, from);
    return text.substring(start, text.offsetByCodePoints(start, to - from));
  }

  private static String mapAscii(String text, char from, char to, int difference) {
    StringBuilder mapped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      mapped.append(c >= from && c <= to ? (char) (c + difference) : c);
    }
    return mapped.toString();
  }

  private static Object substring(Object[] args) throws EvaluationException {
    String text = text(args[0]);
    int length = length(text);
    long from = number(args[1]);
    long to = args.length > 2 ? number(args[2]) : length;
    if (args.length > 2 && from > to) {
      throw new EvaluationException("invalid substring range. start: " + from + ", end: " + to);
    }
    if (from < 0 || from > length) {
      throw outOfRange(from);
    }
    if (to < 0 || to > length) {
      throw outOfRange(to);
    }
    return part(text, (int) from, (int) to);
  }

  /** The length in UTF-8. */
  static long bytes(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  static Object indexOf(Object[] args) throws EvaluationException {
    String text = text(args[0]);
    String part = text(args[1]);
    long from = args.length > 2 ? number(args[2]) : 0;
    if (part.isEmpty()) {
      return from;
    }
    if (from < 0) {
      throw outOfRange(from);
    }
    if (from >= length(text)) {
      return -1L;
    }
    int found = text.indexOf(part, text.offsetByCodePoints(0, (int) from));
    return found < 0 ? -1L : (long) text.codePointCount(0, found);
  }

  static Object lastIndexOf(Object[] args) throws EvaluationException {
    String text = text(args[0]);
    String part = text(args[1]);
    int length = length(text);
    if (args.length == 2 && !part.isEmpty() && length(part) > length) {
      return -1L;
    }
    long from = args.length > 2 ? number(args[2]) : part.isEmpty() ? length : length - 1;
    if (part.isEmpty()) {
      return from;
    }
    if (from < 0) {
      throw outOfRange(from);
    }
    if (from >= length) {
      return -1L;
    }
    int found = text.lastIndexOf(part, text.offsetByCodePoints(0, (int) from));
    return found < 0 ? -1L : (long) text.codePointCount(0, found);
  }

  private static Object replace(Object[] args) throws EvaluationException {
    String text = text(args[0]);
    String from = text(args[1]);
    String to = text(args[2]);
    long limit = args.length > 3 ? number(args[3]) : -1;
    StringBuilder replaced = new StringBuilder();
    int at = 0;
    for (long n = 0; limit < 0 || n < limit; n++) {
      int found;
      if (from.isEmpty()) { // before each character, and at the end
        if (n > 0) {
          if (at >= text.length()) {
            break;
          }
          int next = text.offsetByCodePoints(at, 1);
          replaced.append(text, at, next);
          at = next;
        }
        append(replaced, to);
        continue;
      }
      found = text.indexOf(from, at);
      if (found < 0) {
        break;
      }
      replaced.append(text, at, found);
      append(replaced, to);
      at = found + from.length();
    }
    return replaced.append(text, at, text.length()).toString();
  }

  private static Object split(Object[] args) throws EvaluationException {
    String text = text(args[0]);
    String separator = text(args[1]);
    long limit = args.length > 2 ? number(args[2]) : -1;
    List<Object> parts = new ArrayList<>();
    if (limit == 0) {
      return parts;
    }
    int at = 0;
    while (limit < 0 || parts.size() < limit - 1) {
      int end;
      if (separator.isEmpty()) {
        if (at >= text.length()) {
          return parts;
        }
        end = text.offsetByCodePoints(at, 1);
        if (end == text.length()) {
          break;
        }
      } else {
        end = text.indexOf(separator, at);
        if (end < 0) {
          break;
        }
      }
      parts.add(text.substring(at, end));
      at = end + separator.length();
    }
    parts.add(text.substring(at));
    return parts;
  }

  private static Object join(Object[] args) throws EvaluationException {
    String separator = args.length > 1 ? text(args[1]) : "";
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Object each : list(args[0])) {
      if (!(each instanceof String text)) {
        throw new EvaluationException("join: invalid input: " + each);
      }
      append(joined, first ? "" : separator);
      append(joined, text);
      first = false;
    }
    return joined.toString();
  }

  /** Appends to a text whose length has not been paid for. */
  static void append(StringBuilder text, String added) {
    if (text.length() + added.length() > LENGTH_MAX) {
      throw new CostExceededException();
    }
    text.append(added);
  }

  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\u0007' -> quoted.append("\\a");
        case '\b' -> quoted.append("\\b");
        case '\f' -> quoted.append("\\f");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\u000b' -> quoted.append("\\v");
        case '\\' -> quoted.append("\\\\");
        case '"' -> quoted.append("\\\"");
        default -> quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  // regular expressions

  static Pattern pattern(String text) throws EvaluationException {
    @Nullable Pattern pattern = Regex.compile(text);
    if (pattern == null) {
      throw new EvaluationException(String.valueOf(Regex.fault(text)));
    }
    return pattern;
  }

  /** A function with a regular expression that is known before. */
  static Implementation compiled(String function, String regex) throws EvaluationException {
    Pattern pattern = pattern(regex);
    return switch (function) {
      case "find" -> args -> find(pattern, text(args[0]));
      case "findAll" -> args -> findAll(pattern, args);
      default -> args -> pattern.matcher(text(args[0])).find();
    };
  }

  private static Object find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group() : "";
  }

  private static Object findAll(Pattern pattern, Object[] args) throws EvaluationException {
    long limit = args.length > 2 ? number(args[2]) : -1;
    Matcher matcher = pattern.matcher(text(args[0]));
    List<Object> found = new ArrayList<>();
    int end = -1;
    while ((limit < 0 || found.size() < limit) && matcher.find()) {
      boolean emptyAfterOther = matcher.start() == matcher.end() && matcher.start() == end;
      if (!emptyAfterOther) {
        found.add(matcher.group());
      }
      end = matcher.end();
    }
    return found;
  }
}
