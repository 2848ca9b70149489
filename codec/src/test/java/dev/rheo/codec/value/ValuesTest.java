package dev.rheo.codec.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Canonical spellings. {@code UpstreamAnswersTest} also checks quantities. */
class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "00,0",
    "-0,0",
    "+,0",
    "1,1",
    "1000m,1",
    "1500m,1500m",
    "1.5,1500m",
    "0.5Gi,512Mi",
    "1024Mi,1Gi",
    "1023,1023",
    "1000,1k",
    "100,100",
    "1025Ki,1025Ki",
    "8Mi,8Mi",
    "1e3,1e3",
    "1e4,10e3",
    "0.1n,1n",
    "-0.1n,-1n",
    "-1000m,-1",
    "1000E,1e21",
    "16Ei,9223372036854775807",
    "0.3Ki,307200m",
    "1.500,1.500",
    "+5,+5",
    "1e999999999,1e999999999",
    "1e-999999999,1e-9",
    "' 7 ',7",
  })
  void quantities(String text, String canonical) {
    assertThat(Quantity.canonical(text)).isEqualTo(canonical);
    assertThat(Quantity.canonical(canonical)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "x",
        "1x",
        "1 Gi",
        "1ki",
        "1KI",
        "1e",
        "1e+",
        "1e1.5",
        "1m1",
        "--1",
        "1,5",
        "1e99999999999"
      })
  void notQuantities(String text) {
    assertThatThrownBy(() -> Quantity.canonical(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "2020-02-29T23:59:59Z,2020-02-29T23:59:59Z", "2020-01-01T00:00:00+05:30,2019-12-31T18:30:00Z",
    "2020-01-01T00:00:00.999999999Z,2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00-00:00,2020-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z,''", "9999-12-31T23:59:59Z,9999-12-31T23:59:59Z",
  })
  void times(String text, String canonical) {
    assertThat(Times.canonical(text, false)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2020",
        "2020-02-30T00:00:00Z",
        "2020-01-01 00:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T00:00:60Z",
        "2020-01-01T00:00:00",
        "2020-01-01T00:00:00.Z",
        "2020-01-01T00:00:00Zx",
        "2020-01-01T00:00:00+0100",
        "10000-01-01T00:00:00Z",
        "0000-01-01T00:00:00+01:00",
      })
  void notTimes(String text) {
    assertThatThrownBy(() -> Times.canonical(text, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * Lines of {@code times.txt}: "micro" or nothing, a text, and what Go's time.Parse says of it.
   */
  @Test
  void timesAreTakenAndRefusedInGosWords() throws IOException {
    List<String> lines;
    try (InputStream in = ValuesTest.class.getResourceAsStream("times.txt")) {
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    for (String line : lines) {
      String[] parts = line.split("\\|", 3);
      boolean micro = parts[0].equals("micro");
      if (parts[2].startsWith("ok ")) {
        Times.Instant instant = Times.parse(parts[1], micro);
        assertThat(java.time.Instant.ofEpochSecond(instant.seconds()))
            .as(line)
            .isEqualTo(
                java.time.Instant.parse(parts[2].substring(3)).truncatedTo(ChronoUnit.SECONDS));
      } else {
        assertThatThrownBy(() -> Times.parse(parts[1], micro)).as(line).hasMessage(parts[2]);
      }
    }
  }

  @Test
  void microTimesHaveSixDigits() {
    assertThat(Times.canonical("2020-01-01T00:00:00.000001+01:00", true))
        .isEqualTo("2019-12-31T23:00:00.000001Z");
    assertThatThrownBy(() -> Times.canonical("2020-01-01T00:00:00Z", true))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Times.canonical("2020-01-01T00:00:00.001Z", true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void base64AgreesWithTheJdk() {
    Random random = new Random(1);
    for (int length = 0; length < 200; length++) {
      byte[] data = new byte[length];
      random.nextBytes(data);
      String text = Base64.getEncoder().encodeToString(data);
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      assertThat(Base64Text.canonical(text)).isSameAs(text);
      assertThat(Base64Text.decodedLength(bytes, 0, bytes.length)).isEqualTo(length);
      byte[] decoded = new byte[length];
      Base64Text.decodeCanonical(bytes, 0, bytes.length, decoded, 0);
      assertThat(decoded).isEqualTo(data);
      assertThat(Base64Text.decode(bytes, 0, bytes.length)).isEqualTo(data);
    }
    assertThat(Base64Text.canonical("QR==")).isEqualTo("QQ==");
    assertThat(Base64Text.canonical("Q\r\nQ==\n")).isEqualTo("QQ==");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Q",
        "QQ",
        "QQ=",
        "QQ===",
        "Q===",
        "====",
        "Q=Q=",
        "QQ==QQ==",
        "QQ-_",
        "QÄ==",
        "Q Q=",
        "="
      })
  void notBase64(String text) {
    assertThatThrownBy(() -> Base64Text.canonical(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("illegal base64 data at input byte");
  }

  @ParameterizedTest
  @CsvSource({
    "1.0,1",
    "0.1,0.1",
    "1e20,100000000000000000000",
    "1e21,1e+21",
    "1e-6,0.000001",
    "1e-7,1e-7",
    "-1.5e-10,-1.5e-10",
    "123456789.125,123456789.125",
    "1.7976931348623157e308,1.7976931348623157e+308",
    "5e-324,5e-324",
    "-0.0,-0",
  })
  void floats(double value, String text) {
    assertThat(Floats.format(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1m, 1m",
    "100u, 1m",
    "1500u, 2m",
    "1n, 1m",
    "-100u, -1m",
    "999999u, 1",
    "1e-6, 1e-3",
    "1e3, 1e3",
    "1Gi, 1Gi",
    "0, 0",
    "1000000001n, 1001m"
  })
  void quantitiesInThousandths(String text, String rounded) {
    assertThat(Quantity.inThousandths(text)).isEqualTo(rounded);
    assertThat(Quantity.canonical(rounded)).isEqualTo(rounded);
  }
}
