package dev.rheo.cel.value;

import java.math.BigInteger;
import java.util.List;

/**
 * A version as semver.org defines it: {@code 1.2.3-alpha.1+build}. What is built counts neither for
 * order nor for equality.
 *
 * @param release the identifiers of what precedes a release; empty for a release
 */
public record SemanticVersion(long major, long minor, long patch, List<String> release) {
  private static final int NUMBERS = 3;
  private static final BigInteger LIMIT = BigInteger.ONE.shiftLeft(64);

  /**
   * Reads a version.
   *
   * @throws IllegalArgumentException in upstream's words
   */
  public static SemanticVersion parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("Version string empty");
    }
    String[] parts = text.split("\\.", NUMBERS);
    if (parts.length < NUMBERS) {
      throw new IllegalArgumentException("No Major.Minor.Patch elements found");
    }
    long major = number("major", parts[0]);
    long minor = number("minor", parts[1]);
    String rest = parts[2];
    int plus = rest.indexOf('+');
    if (plus >= 0) {
      for (String part : rest.substring(plus + 1).split("\\.", -1)) {
        identifier(part, "Build meta data is empty", "build meta data");
      }
      rest = rest.substring(0, plus);
    }
    int dash = rest.indexOf('-');
    List<String> release = List.of();
    if (dash >= 0) {
      release = List.of(rest.substring(dash + 1).split("\\.", -1));
      for (String part : release) {
        identifier(part, "Prerelease is empty", "prerelease");
        if (isNumber(part) && part.length() > 1 && part.startsWith("0")) {
          throw new IllegalArgumentException(
              "Numeric PreRelease version must not contain leading zeroes \"" + part + "\"");
        }
      }
      rest = rest.substring(0, dash);
    }
    return new SemanticVersion(major, minor, number("patch", rest), release);
  }

  /**
   * Reads a version that may have a {@code v} before it, leading zeros, and fewer numbers.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static SemanticVersion parseNormalized(String text) {
    String[] parts = (text.startsWith("v") ? text.substring(1) : text).split("\\.", NUMBERS);
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].length() > 1) {
        String stripped = parts[i].replaceFirst("^0+", "");
        boolean digit = !stripped.isEmpty() && Character.isDigit(stripped.charAt(0));
        parts[i] = digit ? stripped : "0" + stripped;
      }
    }
    String last = parts[parts.length - 1];
    if (parts.length < NUMBERS && (last.indexOf('+') >= 0 || last.indexOf('-') >= 0)) {
      throw new IllegalArgumentException("short version cannot contain PreRelease/Build meta data");
    }
    return parse(String.join(".", parts) + ".0".repeat(NUMBERS - parts.length));
  }

  private static long number(String name, String text) {
    if (!isNumber(text)) {
      throw new IllegalArgumentException(
          "Invalid character(s) found in " + name + " number \"" + text + "\"");
    }
    if (text.length() > 1 && text.startsWith("0")) {
      String shown = Character.toUpperCase(name.charAt(0)) + name.substring(1);
      throw new IllegalArgumentException(
          shown + " number must not contain leading zeroes \"" + text + "\"");
    }
    BigInteger number = new BigInteger(text);
    if (number.compareTo(LIMIT) >= 0) {
      throw new IllegalArgumentException(
          "strconv.ParseUint: parsing \"" + text + "\": value out of range");
    }
    return number.longValue();
  }

  private static void identifier(String text, String empty, String name) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException(empty);
    }
    if (!text.matches("[0-9A-Za-z-]+")) {
      throw new IllegalArgumentException(
          "Invalid character(s) found in " + name + " \"" + text + "\"");
    }
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  public int compareTo(SemanticVersion other) {
    int order = Long.compareUnsigned(major, other.major);
    if (order == 0) {
      order = Long.compareUnsigned(minor, other.minor);
    }
    if (order == 0) {
      order = Long.compareUnsigned(patch, other.patch);
    }
    if (order != 0 || release.equals(other.release)) {
      return Integer.signum(order);
    }
    if (release.isEmpty() || other.release.isEmpty()) {
      return release.isEmpty() ? 1 : -1;
    }
    for (int i = 0; i < Math.min(release.size(), other.release.size()); i++) {
      order = compareIdentifiers(release.get(i), other.release.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.signum(Integer.compare(release.size(), other.release.size()));
  }

  private static int compareIdentifiers(String a, String b) {
    boolean numbers = isNumber(a);
    if (numbers != isNumber(b)) {
      return numbers ? -1 : 1;
    }
    return Integer.signum(
        numbers ? new BigInteger(a).compareTo(new BigInteger(b)) : a.compareTo(b));
  }
}
