package dev.rheo.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.0.0.0/8",
    "10.1.2.3/8, 10.0.0.0/8",
    "010.0.0.0/08, 10.0.0.0/8",
    "0.0.0.0/0, 0.0.0.0/0",
    "1.2.3.4/32, 1.2.3.4/32",
    "::/0, ::/0",
    "fd00:1:2::9/48, fd00:1:2::/48",
    "fd00::1/128, fd00::1/128",
    "::ffff:10.1.0.0/104, 10.0.0.0/8",
    "::ffff:10.1.0.0/95, ::fffe:0:0/95"
  })
  void aRangeHasOneCanonicalText(String text, String canonical) {
    assertThat(Cidr.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "fd00::/129",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0.0/-1",
        "10.0.0/8",
        "10.0.0.0/99999999999",
        "/8",
        "10.0.0.0/٨"
      })
  void whatIsNoRange(String text) {
    assertThat(Cidr.parse(text)).isNull();
  }

  @Test
  void containsItsAddressesOnly() {
    Cidr range = cidr("10.1.0.0/16");
    assertThat(range.contains(ip("10.1.255.255"))).isTrue();
    assertThat(range.contains(ip("::ffff:10.1.0.1"))).isTrue();
    assertThat(range.contains(ip("10.2.0.0"))).isFalse();
    assertThat(cidr("::/0").contains(ip("10.2.0.0"))).isFalse();
    assertThat(cidr("0.0.0.0/0").contains(ip("::1"))).isFalse();
  }

  @Test
  void whatStrictParsersRefuseIsNoticed() {
    assertThat(cidr("10.0.0.0/08").leadingZeros()).isTrue();
    assertThat(cidr("10.0.0.0/0").leadingZeros()).isFalse();
    assertThat(cidr("010.0.0.0/8").leadingZeros()).isTrue();
    assertThat(cidr("10.0.0.1/8").hasHostBits()).isTrue();
    assertThat(cidr("10.0.0.0/8").hasHostBits()).isFalse();
  }

  private static Cidr cidr(String text) {
    return Objects.requireNonNull(Cidr.parse(text));
  }

  private static Ip ip(String text) {
    return Objects.requireNonNull(Ip.parse(text));
  }
}
