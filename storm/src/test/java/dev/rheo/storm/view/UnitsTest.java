package dev.rheo.storm.view;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {

  @Test
  void bytesHaveThreeDigitsAndADecimalUnit() {
    assertThat(Units.bytes(0)).isEqualTo("0 B");
    assertThat(Units.bytes(999)).isEqualTo("999 B");
    assertThat(Units.bytes(999.6)).isEqualTo("1 kB");
    assertThat(Units.bytes(1_000_000)).isEqualTo("1 MB");
    assertThat(Units.bytes(187_400_000)).isEqualTo("187 MB");
    assertThat(Units.bytes(999_600_000)).isEqualTo("1 GB");
    assertThat(Units.bytes(9_996_000_000.0)).isEqualTo("10 GB");
    assertThat(Units.bytes(12_340_000_000.0)).isEqualTo("12.3 GB");
    assertThat(Units.bytes(1_070_000_000)).isEqualTo("1.07 GB");
  }

  @Test
  void whatWasChosenInABinaryUnitIsShownInIt() {
    assertThat(Units.chosen(1 << 20)).isEqualTo("1 MiB");
    assertThat(Units.chosen(14L << 30)).isEqualTo("14 GiB");
    assertThat(Units.chosen(1536)).isEqualTo("1.54 kB");
    assertThat(Units.chosen(20 << 10)).isEqualTo("20 KiB");
    assertThat(Units.chosen(1_000_000)).isEqualTo("1 MB");
    assertThat(Units.chosen(0)).isEqualTo("0 B");
  }

  @Test
  void whatIsNotKnownIsNoFigure() {
    assertThat(Units.bytes(-1)).isEqualTo("–");
    assertThat(Units.bytes(Double.NaN)).isEqualTo("–");
    assertThat(Units.rate(-1)).isEqualTo("–");
    assertThat(Units.seconds(-1)).isEqualTo("–");
  }

  @Test
  void secondsAreAsPreciseAsTheyAreShort() {
    assertThat(Units.seconds(0.054)).isEqualTo("0.05 s");
    assertThat(Units.seconds(7.25)).isEqualTo("7.3 s");
    assertThat(Units.seconds(433.2)).isEqualTo("433 s");
    assertThat(Units.seconds(3600)).isEqualTo("3,600 s");
  }
}
