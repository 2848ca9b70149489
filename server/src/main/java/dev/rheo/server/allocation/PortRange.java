package dev.rheo.server.allocation;

import java.util.BitSet;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of node ports. As of a range of cluster IPs, the lower part, 16 to 128 ports, is left to
 * Services that choose a port until the upper part is full.
 *
 * @param first at least 1
 * @param size at least 1
 */
public record PortRange(int first, int size) {
  public static final PortRange DEFAULT = new PortRange(30_000, 2768);

  private static final Pattern DASHED = Pattern.compile("(\\d{1,5})-(\\d{1,5})");
  private static final Pattern PLUS = Pattern.compile("(\\d{1,5})\\+(\\d{1,5})");
  private static final int MAX_PORT = 65_535;
  private static final int MIN_LOWER = 16;
  private static final int MAX_LOWER = 128;
  private static final int STEP = 32;

  /**
   * Parses {@code first-last}, {@code first+more} or a single port.
   *
   * @throws IllegalArgumentException if the text is no range of ports
   */
  public static PortRange parse(String text) {
    Matcher dashed = DASHED.matcher(text);
    Matcher plus = PLUS.matcher(text);
    int first;
    int last;
    if (dashed.matches()) {
      first = Integer.parseInt(dashed.group(1));
      last = Integer.parseInt(dashed.group(2));
    } else if (plus.matches()) {
      first = Integer.parseInt(plus.group(1));
      last = first + Integer.parseInt(plus.group(2));
    } else if (text.matches("\\d{1,5}")) {
      first = Integer.parseInt(text);
      last = first;
    } else {
      throw new IllegalArgumentException("not a range of ports: " + text);
    }
    if (first < 1 || last < first || last > MAX_PORT) {
      throw new IllegalArgumentException("not a range of ports from 1 to 65535: " + text);
    }
    return new PortRange(first, last - first + 1);
  }

  boolean contains(long port) {
    return port >= first && port < first + size;
  }

  /**
   * A port that is not taken, or -1 if there is none.
   *
   * @param taken the distances of the taken ports from the first
   */
  int pick(BitSet taken, RandomGenerator random) {
    int lower = size <= MIN_LOWER ? 0 : Math.clamp(size / STEP, MIN_LOWER, MAX_LOWER);
    int picked = pick(taken, lower, size, random);
    return picked >= 0 || lower == 0 ? picked : pick(taken, 0, lower, random);
  }

  private int pick(BitSet taken, int from, int to, RandomGenerator random) {
    int start = from + random.nextInt(to - from);
    int free = taken.nextClearBit(start);
    if (free >= to) {
      free = taken.nextClearBit(from);
    }
    return free < to ? first + free : -1;
  }

  @Override
  public String toString() {
    return first + "-" + (first + size - 1);
  }
}
