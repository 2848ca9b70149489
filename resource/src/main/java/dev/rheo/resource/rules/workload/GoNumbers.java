package dev.rheo.resource.rules.workload;

import dev.rheo.api.status.Excerpt;
import java.math.BigInteger;
import java.util.OptionalLong;

/** Reads whole numbers as Go's {@code strconv.Atoi} does. */
final class GoNumbers {
  /** Digits that always fit into 64 bits. */
  private static final int SAFE = 18;

  private GoNumbers() {}

  /** The number; empty if it is none or does not fit into 64 bits. */
  static OptionalLong parse(String text) {
    if (!isNumber(text)) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** What is wrong with a text that {@link #parse} does not take. */
  static String fault(String text) {
    return "strconv.Atoi: parsing "
        + Excerpt.quoted(text)
        + ": "
        + (isNumber(text) ? "value out of range" : "invalid syntax");
  }

  /** The number, the nearest one of 64 bits if it does not fit; 0 if it is none. */
  static long clamped(String text) {
    if (!isNumber(text)) {
      return 0;
    }
    int digits = text.length() - start(text);
    if (digits <= SAFE) {
      return Long.parseLong(text);
    }
    int zeros = start(text);
    while (zeros < text.length() - 1 && text.charAt(zeros) == '0') {
      zeros++;
    }
    boolean negative = text.charAt(0) == '-';
    long far = negative ? Long.MIN_VALUE : Long.MAX_VALUE;
    if (text.length() - zeros > SAFE + 1) {
      return far;
    }
    BigInteger value = new BigInteger(text.substring(zeros));
    return value.bitLength() > Long.SIZE - 1
        ? far
        : negative ? -value.longValue() : value.longValue();
  }

  private static boolean isNumber(String text) {
    int start = start(text);
    return start < text.length() && text.chars().skip(start).allMatch(c -> c >= '0' && c <= '9');
  }

  private static int start(String text) {
    return text.startsWith("-") || text.startsWith("+") ? 1 : 0;
  }
}
