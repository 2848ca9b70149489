package dev.rheo.storm.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.storm.result.ReaderGroup;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupRatesTest {

  @Test
  void neighboursAreJoinedUntilTheyFit() {
    GroupRates rates = new GroupRates();
    rates.update(groups(16, 0), 0);
    rates.update(groups(16, 1000), 2);

    List<GroupRates.Line> lines = rates.lines(5);

    assertThat(lines).hasSize(4);
    ReaderGroup last = lines.get(3).group();
    assertThat(last).isEqualTo(new ReaderGroup(120, 159, 4, 8, 4 * 7, 4 * 40, 4 * 1000));
    assertThat(lines).allSatisfy(line -> assertThat(line.bytesPerSecond()).isEqualTo(2000));
    assertThat(rates.lines(16)).hasSize(16);
    assertThat(rates.lines(1)).hasSize(1);
  }

  @Test
  void theFirstUpdateHasTheRateSinceTheStart() {
    GroupRates rates = new GroupRates();
    rates.update(groups(1, 1000), 0.5);
    assertThat(rates.lines(3).get(0).bytesPerSecond()).isEqualTo(2000);
  }

  @Test
  void withoutTimeThereIsNoRate() {
    GroupRates rates = new GroupRates();
    rates.update(groups(2, 1000), 0);
    assertThat(rates.lines(2)).allSatisfy(line -> assertThat(line.bytesPerSecond()).isZero());
  }

  private static List<ReaderGroup> groups(int count, long bytes) {
    return IntStream.range(0, count)
        .mapToObj(i -> new ReaderGroup(10 * i, 10 * i + 9, 1, 2, 7, 40, bytes))
        .toList();
  }
}
