package dev.rheo.cel.value;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Regular expressions of RE2's syntax, which match in linear time. Their size is estimated before
 * they are compiled, so that a few characters, such as {@code (a{1000}){1000}}, take no memory.
 *
 * <p>Go bounds repetitions in each other at 1000, groups in each other at 1000, and the size at
 * some 3 million instructions, here {@value #SIZE_MAX}.
 */
public final class Regex {
  private static final String UNDERFLOW = "stack underflow";
  private static final int REPETITIONS_MAX = 1000;
  private static final int DEPTH_MAX = 1000;
  private static final int SIZE_MAX = 50_000;

  /** What a group has so far. */
  private static final class Group {
    /** Instructions, estimated. */
    private long size;

    /** Instructions of the last item, which a repetition multiplies. */
    private long last;

    /** The largest product of repetitions in each other. */
    private long repetitions = 1;

    /** That of the last item. */
    private long lastRepetitions = 1;

    private void item(long itemSize, long itemRepetitions) {
      last = itemSize;
      size += itemSize;
      lastRepetitions = itemRepetitions;
      repetitions = Math.max(repetitions, itemRepetitions);
    }

    private void repeat(int times) {
      size += last * (times - 1L);
      last *= times;
      lastRepetitions *= times;
      repetitions = Math.max(repetitions, lastRepetitions);
    }
  }

  private Regex() {}

  /**
   * Compiles an expression.
   *
   * @return null if it is none, or too large
   */
  public static @Nullable Pattern compile(String text) {
    if (tooLarge(text) != null) {
      return null;
    }
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      return null;
    }
  }

  /**
   * What is wrong with an expression, in the words of Go's regexp.
   *
   * @return null if nothing is
   */
  public static @Nullable String fault(String text) {
    String tooLarge = tooLarge(text);
    if (tooLarge != null) {
      return "error parsing regexp: " + tooLarge;
    }
    try {
      Pattern ignored = Pattern.compile(text);
      return null;
    } catch (PatternSyntaxException e) {
      // What Go calls an unexpected parenthesis, this library does not expect.
      return String.valueOf(e.getMessage()).contains(UNDERFLOW)
          ? "error parsing regexp: unexpected ): `" + text + "`"
          : e.getMessage();
    }
  }

  /**
   * A test whether a text has a part that an expression matches. Thread-safe.
   *
   * @return null if there is no such expression, or it is too large
   */
  public static @Nullable Predicate<String> finder(String expression) {
    Pattern pattern = compile(expression);
    return pattern == null ? null : text -> pattern.matcher(text).find();
  }

  /** What is too large about an expression; null if nothing is. */
  private static @Nullable String tooLarge(String text) {
    Deque<Group> groups = new ArrayDeque<>();
    Group group = new Group();
    int at = 0;
    while (at < text.length()) {
      int start = at;
      char c = text.charAt(at);
      if (c == '\\') {
        at = afterEscape(text, at);
        group.item(1, 1);
      } else if (c == '[') {
        at = afterClass(text, at);
        group.item(1, 1);
      } else if (c == '(') {
        groups.push(group);
        group = new Group();
        group.item(2, 1);
        at++;
      } else if (c == ')' && !groups.isEmpty()) {
        Group outer = groups.pop();
        outer.item(group.size, group.repetitions);
        group = outer;
        at++;
      } else if (c == '{') {
        int times = times(text, at);
        if (times > 0) {
          group.repeat(times);
        } else {
          group.item(1, 1);
        }
        at++;
      } else {
        group.item(1, 1);
        at++;
      }
      if (group.repetitions > REPETITIONS_MAX) {
        return "invalid repeat count: `"
            + text.substring(start, text.indexOf('}', start) + 1)
            + "`";
      }
      if (groups.size() > DEPTH_MAX) {
        return "expression nests too deeply: `" + text + "`";
      }
      if (group.size > SIZE_MAX) {
        return "expression too large: `" + text + "`";
      }
    }
    return null;
  }

  private static int afterEscape(String text, int at) {
    if (text.startsWith("\\Q", at)) {
      int end = text.indexOf("\\E", at);
      return end < 0 ? text.length() : end + 2;
    }
    return at + 2;
  }

  private static int afterClass(String text, int from) {
    int at = from + 1;
    if (text.startsWith("^", at)) {
      at++;
    }
    if (text.startsWith("]", at)) {
      at++;
    }
    while (at < text.length() && text.charAt(at) != ']') {
      if (text.startsWith("[:", at)) {
        int end = text.indexOf(":]", at);
        at = end < 0 ? at + 1 : end + 2;
      } else {
        at += text.charAt(at) == '\\' ? 2 : 1;
      }
    }
    return at + 1;
  }

  /** The largest number of {@code {2}}, {@code {2,}} or {@code {2,5}}; 0 if it is none of these. */
  private static int times(String text, int open) {
    int at = open + 1;
    int largest = 0;
    int number = 0;
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c >= '0' && c <= '9') {
        number = Math.min(number * 10 + c - '0', REPETITIONS_MAX + 1);
      } else if (c == ',' || c == '}') {
        largest = Math.max(largest, number);
        number = 0;
        if (c == '}') {
          return largest;
        }
      } else {
        return 0;
      }
    }
    return 0;
  }
}
