package dev.rheo.storm.view;

import dev.rheo.storm.result.ReaderGroup;
import java.util.ArrayList;
import java.util.List;

/** Merges groups of readers until they fit the screen, and computes the receive rate of each. */
final class GroupRates {

  /**
   * One line of the screen.
   *
   * @param group progress at the last update
   * @param bytesPerSecond since the previous update
   */
  record Line(ReaderGroup group, double bytesPerSecond) {}

  private List<ReaderGroup> before = List.of();
  private List<ReaderGroup> now = List.of();
  private double secondsBefore;
  private double seconds;

  /**
   * Replaces the progress of the groups, which are the same at each update, at a time in seconds.
   */
  void update(List<ReaderGroup> groups, double at) {
    before = now;
    secondsBefore = seconds;
    now = List.copyOf(groups);
    seconds = at;
  }

  /**
   * Returns at most {@code most} lines, each of which merges the same number of adjacent groups.
   */
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
