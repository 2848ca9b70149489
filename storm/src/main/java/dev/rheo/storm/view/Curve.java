package dev.rheo.storm.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A filled curve in braille characters: each is two dots wide and four dots high. The left edge is
 * second 0, the right edge the last point; the bottom is 0.
 */
final class Curve {

  /** Bits of the dots of a braille character, from the bottom up, left column and right column. */
  private static final int[][] DOTS = {{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}};

  private static final char EMPTY = '\u2800';

  private final List<double[]> points = new ArrayList<>();

  /** Adds a value at a time. Negative times and negative (unknown) values are ignored. */
  void add(double seconds, double value) {
    if (seconds >= 0 && value >= 0) {
      points.add(new double[] {seconds, value});
    }
  }

  boolean isEmpty() {
    return points.isEmpty();
  }

  double lastSecond() {
    return points.isEmpty() ? 0 : points.get(points.size() - 1)[0];
  }

  double max() {
    return points.stream().mapToDouble(point -> point[1]).max().orElse(0);
  }

  /**
   * Draws the curve.
   *
   * @param width characters, at least 1
   * @param height lines, at least 1
   * @param top the value of the upper edge; higher values are cut off
   * @return lines from the top down, each of the given width
   */
  List<String> draw(int width, int height, double top) {
    int[] levels = levels(width * 2, height * 4, top);
    List<String> lines = new ArrayList<>(height);
    for (int row = height - 1; row >= 0; row--) {
      char[] line = new char[width];
      Arrays.fill(line, EMPTY);
      for (int column = 0; column < levels.length; column++) {
        int dots = Math.clamp(levels[column] - row * 4L, 0, 4);
        for (int dot = 0; dot < dots; dot++) {
          line[column / 2] |= (char) DOTS[column % 2][dot];
        }
      }
      // Some fonts show a braille blank as eight empty dots.
      lines.add(new String(line).replace(EMPTY, ' '));
    }
    return lines;
  }

  /**
   * Returns the number of dots set in each column: for the largest value in it, else for the
   * previous column's value.
   */
  private int[] levels(int columns, int dots, double top) {
    double[] values = new double[columns];
    Arrays.fill(values, -1);
    double end = lastSecond();
    for (double[] point : points) {
      int column = end > 0 ? (int) Math.min(columns - 1L, (long) (point[0] / end * columns)) : 0;
      values[column] = Math.max(values[column], point[1]);
    }
    int[] levels = new int[columns];
    double held = 0;
    for (int column = 0; column < columns; column++) {
      held = values[column] >= 0 ? values[column] : held;
      // A value above 0 shows at least one dot.
      long level = top > 0 ? Math.round(held / top * dots) : 0;
      levels[column] = Math.clamp(level, held > 0 ? 1 : 0, dots);
    }
    return levels;
  }
}
