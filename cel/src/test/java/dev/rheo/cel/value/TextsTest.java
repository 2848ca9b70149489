package dev.rheo.cel.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.codec.value.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextsTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "1h30m, PT1H30M",
    "-1.5s, PT-1.5S",
    "+2us, PT0.000002S",
    "1µs, PT0.000001S",
    ".5ms, PT0.0005S",
    "1.s, PT1S",
    "2562047h47m16.854775807s, PT2562047H47M16.854775807S",
    "-2562047h47m16.854775808s, PT-2562047H-47M-16.854775808S",
    "0.0000000001s, PT0S",
    "1s1s, PT2S",
  })
  void readsDurations(String text, String iso) {
    assertThat(GoDuration.parse(text)).isEqualTo(Duration.parse(iso));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "s",
        ".s",
        "-",
        "1d",
        "1 s",
        "1h-1m",
        "2562047h47m16.854775808s",
        "9999999h",
        "--1s"
      })
  void refusesOtherDurations(String text) {
    assertThat(GoDuration.parse(text)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "2020-01-02T03:04:05Z, 2020-01-02T03:04:05Z",
    "2020-01-02T3:04:05Z, 2020-01-02T03:04:05Z",
    "2020-01-02T03:04:05.123456789123Z, 2020-01-02T03:04:05.123456789Z",
    "'2020-01-02T03:04:05,5Z', 2020-01-02T03:04:05.5Z",
    "2020-01-02T03:04:05+01:30, 2020-01-02T01:34:05Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z, 9999-12-31T23:59:59.999999999Z",
  })
  void readsTimes(String text, String iso) {
    assertThat(Rfc3339.parse(text)).isEqualTo(Timestamp.of(Instant.parse(iso)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2020-01-02",
        "2020-01-02t03:04:05Z",
        "2020-01-02T03:04:05",
        "2020-02-30T03:04:05Z",
        "2020-13-01T03:04:05Z",
        "2020-01-02T24:00:00Z",
        "2020-01-02T03:04:60Z",
        "0000-12-31T23:59:59Z",
        "9999-12-31T23:59:59-01:00",
      })
  void refusesOtherTimes(String text) {
    assertThat(Rfc3339.parse(text)).isNull();
  }

  @Test
  void boundsRegularExpressions() {
    assertThat(Regex.compile("^[a-z]{1,63}(\\.[a-z]{1,15}){0,2}$")).isNotNull();
    assertThat(Regex.compile("[({]{3}\\({1000}\\Q((((\\E")).isNotNull();
    assertThat(Regex.compile("(a{10}){100}")).isNotNull();
    assertThat(Regex.compile("(a{10}){101}")).isNull();
    assertThat(Regex.compile("a{1001}")).isNull();
    assertThat(Regex.compile("(")).isNull();
    assertThat(Regex.compile("(?=a)")).isNull();
    assertThat(Regex.compile("x{900}".repeat(60))).isNull();
  }

  @Test
  void expressionsAreRefusedInTheWordsOfGo() {
    assertThat(Regex.fault("a{1000}")).isNull();
    assertThat(Regex.fault("a{1001}")).endsWith("invalid repeat count: `{1001}`");
    assertThat(Regex.fault("(a{1000}){1000}")).endsWith("invalid repeat count: `{1000}`");
    assertThat(Regex.fault("(")).isEqualTo("error parsing regexp: missing closing ): `(`");
    assertThat(Regex.fault("x{900}".repeat(60))).contains("expression too large");
    assertThat(Regex.finder("(")).isNull();
    assertThat(Objects.requireNonNull(Regex.finder("b+")).test("abc")).isTrue();
  }
}
