package dev.rheo.storm.view;

import dev.rheo.storm.result.ReaderGroup;
import java.util.ArrayList;
import java.util.List;

/** Groups of readers, joined until they fit the screen, and how fast each receives. */
final class GroupRates {

  /**
   * One line of the screen.
   *
   * @param group as of now
   * @param bytesPerSecond since the update before
   */
  record Line(ReaderGroup group, double bytesPerSecond) {}

  private List<ReaderGroup> before = List.of();
  private List<ReaderGroup> now = List.of();
  private double secondsBefore;
  private double seconds;

  /** The same groups as before, further on. */
  void update(List<ReaderGroup> groups, double at) {
    before = now;
    secondsBefore = seconds;
    now = List.copyOf(groups);
    seconds = at;
  }

  /** At most so many lines: neighbours are joined, the same number for each line. */
  List<Line> lines(int most) {
    int together = Math.max(1, Math.ceilDiv(now.size(), most));
    List<Line> lines = new ArrayList<>();
    for (int from = 0; from < now.size(); from += together) {
      int to = Math.min(now.size(), from + together);
      ReaderGroup group = join(now.subList(from, to));
      long bytes = to <= before.size() ? join(before.subList(from, to)).bytes() : 0;
      double elapsed = seconds - secondsBefore;
      lines.add(new Line(group, elapsed > 0 ? Math.max(0, group.bytes() - bytes) / elapsed : 0));
    }
    return lines;
  }

  private static ReaderGroup join(List<ReaderGroup> groups) {
    return groups.stream()
        .reduce(
            (a, b) ->
                new ReaderGroup(
                    a.first(),
                    b.last(),
                    a.complete() + b.complete(),
                    a.failed() + b.failed(),
                    a.objects() + b.objects(),
                    a.expectedObjects() + b.expectedObjects(),
                    a.bytes() + b.bytes()))
        .orElseThrow();
  }
}
