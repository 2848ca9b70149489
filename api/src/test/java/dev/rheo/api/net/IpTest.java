package dev.rheo.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpTest {
  @ParameterizedTest
  @CsvSource({
    "1.2.3.4, 1.2.3.4",
    "01.002.0003.4, 1.2.3.4",
    "255.255.255.255, 255.255.255.255",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "0:0:0:0:0:0:0:0, ::",
    "FD00:0:0::01, fd00::1",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "::ffff:1.2.3.4, 1.2.3.4",
    "0:0:0:0:0:ffff:102:304, 1.2.3.4",
    "64:ff9b::1.2.3.4, 64:ff9b::102:304",
    "00001::1, 1::1"
  })
  void anAddressHasOneCanonicalText(String text, String canonical) {
    assertThat(Ip.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.256",
        "1..2.3",
        "1.2.3.4 ",
        "+1.2.3.4",
        ":",
        ":1",
        "1:",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "1:2:3:4::5:6:7:8",
        "12345::",
        "g::",
        "::1.2.3",
        "1:2:3:4:5:6:7:1.2.3.4",
        "fe80::1%eth0",
        "[::1]",
        "١.2.3.4"
      })
  void whatIsNoAddress(String text) {
    assertThat(Ip.parse(text)).isNull();
  }

  @Test
  void whatStrictParsersRefuseIsNoticed() {
    assertThat(ip("01.2.3.4").leadingZeros()).isTrue();
    assertThat(ip("0.2.3.4").leadingZeros()).isFalse();
    assertThat(ip("::ffff:01.2.3.4").leadingZeros()).isTrue();
    assertThat(ip("00001::").leadingZeros()).isTrue();
    assertThat(ip("0001::").leadingZeros()).isFalse();
    assertThat(ip("::ffff:1.2.3.4").isMapped()).isTrue();
    assertThat(ip("1.2.3.4").isMapped()).isFalse();
    assertThat(ip("::1.2.3.4").isSix()).isTrue();
  }

  @Test
  void addressesThatMeanSomethingElseOnEachHost() {
    assertThat(ip("0.0.0.0").isUnspecified()).isTrue();
    assertThat(ip("::").isUnspecified()).isTrue();
    assertThat(ip("127.9.9.9").isLoopback()).isTrue();
    assertThat(ip("::1").isLoopback()).isTrue();
    assertThat(ip("169.254.1.1").isLinkLocalUnicast()).isTrue();
    assertThat(ip("febf::1").isLinkLocalUnicast()).isTrue();
    assertThat(ip("fec0::1").isLinkLocalUnicast()).isFalse();
    assertThat(ip("224.0.0.9").isLinkLocalMulticast()).isTrue();
    assertThat(ip("224.0.1.9").isLinkLocalMulticast()).isFalse();
    assertThat(ip("ff12::1").isLinkLocalMulticast()).isTrue();
    assertThat(ip("ff05::1").isLinkLocalMulticast()).isFalse();
  }

  @Test
  void longTextsAreReadInOnePass() {
    assertThat(Ip.parse("0".repeat(1_000_000) + "1.2.3.4")).hasToString("1.2.3.4");
    assertThat(Ip.parse("1:".repeat(1_000_000))).isNull();
  }

  private static Ip ip(String text) {
    return Objects.requireNonNull(Ip.parse(text));
  }
}
