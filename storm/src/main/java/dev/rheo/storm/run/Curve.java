package dev.rheo.storm.run;

import dev.rheo.storm.result.CurvePoint;
import java.util.ArrayList;
import java.util.List;

/**
 * The samples of a run, at most {@value #MAX_POINTS}. When it is full, adjacent points are merged,
 * so that the curve of a long run is coarser. Not thread-safe.
 */
final class Curve {
  static final int MAX_POINTS = 2048;

  private final List<CurvePoint> points = new ArrayList<>();

  /** Samples per point. */
  private int stride = 1;

  private int inLast;
  private long peak = -1;

  void add(CurvePoint point) {
    peak = Math.max(peak, point.memory());
    if (inLast > 0 && inLast < stride) {
      points.set(points.size() - 1, merged(points.getLast(), point, inLast));
      inLast++;
      return;
    }
    if (points.size() == MAX_POINTS) {
      halve();
    }
    points.add(point);
    inLast = 1;
  }

  /** Returns the largest memory so far, or -1 if it was never known. */
  long peak() {
    return peak;
  }

  List<CurvePoint> points() {
    return List.copyOf(points);
  }

  private void halve() {
    List<CurvePoint> half = new ArrayList<>(MAX_POINTS);
    for (int i = 0; i + 1 < points.size(); i += 2) {
      half.add(merged(points.get(i), points.get(i + 1), 1));
    }
    points.clear();
    points.addAll(half);
    stride *= 2;
  }

  /** Merges two points: the larger memory, the mean rate. */
  private static CurvePoint merged(CurvePoint a, CurvePoint b, int weightOfA) {
    return new CurvePoint(
        b.seconds(),
        Math.max(a.memory(), b.memory()),
        Math.max(a.clientMemory(), b.clientMemory()),
        (a.bytesPerSecond() * weightOfA + b.bytesPerSecond()) / (weightOfA + 1),
        b.readersDone());
  }
}
