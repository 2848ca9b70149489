package dev.rheo.resource.table;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HumanDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "1, 1s",
    "119, 119s",
    "120, 2m",
    "121, 2m1s",
    "599, 9m59s",
    "600, 10m",
    "659, 10m",
    "10799, 179m",
    "10800, 3h",
    "10860, 3h1m",
    "28799, 7h59m",
    "28800, 8h",
    "172799, 47h",
    "172800, 2d",
    "176400, 2d1h",
    "691199, 7d23h",
    "691200, 8d",
    "63071999, 729d",
    "63072000, 2y",
    "63158400, 2y1d",
    "252287999, 7y364d",
    "252288000, 8y",
    "99999999999, 292y"
  })
  void twoOrThreeFigures(long seconds, String text) {
    assertThat(HumanDuration.of(seconds * 1000)).isEqualTo(text);
    assertThat(HumanDuration.of(seconds * 1000 + 999)).isEqualTo(text);
  }

  @Test
  void clocksMayDifferByLessThanTwoSeconds() {
    assertThat(HumanDuration.of(-1)).isEqualTo("0s");
    assertThat(HumanDuration.of(-1999)).isEqualTo("0s");
    assertThat(HumanDuration.of(-2000)).isEqualTo("<invalid>");
    assertThat(HumanDuration.of(Long.MIN_VALUE)).isEqualTo("<invalid>");
  }
}
