package dev.rheo.cel.cost;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RangeTest {
  private static final Range ALL = new Range(0, Range.UNBOUNDED);
  private static final Range SOME = new Range(2, 10);

  @Test
  void staysAtTheLargestNumber() {
    assertThat(ALL.plus(SOME)).isEqualTo(new Range(2, Range.UNBOUNDED));
    assertThat(ALL.times(SOME)).isEqualTo(new Range(0, Range.UNBOUNDED));
    assertThat(Range.of(1L << 40).times(Range.of(1L << 30)).max()).isEqualTo(Range.UNBOUNDED);
    assertThat(ALL.times(1.5)).isEqualTo(ALL);
    assertThat(ALL.times(0.1).max()).isEqualTo(1844674407370955264L);
  }

  @Test
  void roundsUp() {
    assertThat(SOME.times(0.25)).isEqualTo(new Range(1, 3));
    assertThat(Range.ZERO.times(0.1)).isEqualTo(Range.ZERO);
  }

  @Test
  void hasUnsignedBounds() {
    assertThat(SOME.union(ALL)).isEqualTo(ALL);
    assertThat(SOME.union(Range.of(11))).isEqualTo(new Range(2, 11));
    assertThat(Range.of(Range.UNBOUNDED).times(Range.ZERO)).isEqualTo(Range.ZERO);
  }
}
