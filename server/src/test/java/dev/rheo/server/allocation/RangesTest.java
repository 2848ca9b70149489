package dev.rheo.server.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses, ranges of addresses and ranges of ports. */
class RangesTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1",
    "010.000.00.001, 10.0.0.1",
    "::ffff:10.0.0.1, 10.0.0.1",
    "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
    "2001:db8:0:1:0:0:0:0, 2001:db8:0:1::",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3",
    "1:0:0:2:3:0:0:4, 1::2:3:0:0:4",
    "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
    "::, ::",
    "::1, ::1",
    "fe80::10.0.0.1, fe80::a00:1"
  })
  void anAddressHasOneText(String text, String canonical) {
    assertThat(IpAddress.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "None",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.1.2",
        "1.2.3",
        "fe80::1%eth0",
        "[::1]",
        "1::2::3",
        "12345::",
        "a.b.c.d",
        "99999999999.0.0.1"
      })
  void otherTextsAreNoAddresses(String text) {
    assertThat(IpAddress.parse(text)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    // range, size, first of the upper part, size of the lower part
    "10.0.0.0/24, 254, 10.0.0.17, 16",
    "10.0.0.0/16, 65534, 10.0.1.1, 256",
    "10.0.0.0/20, 4094, 10.0.1.1, 256",
    "10.0.0.0/21, 2046, 10.0.0.129, 128",
    "10.0.0.0/27, 30, 10.0.0.17, 16",
    "10.0.0.0/28, 14, 10.0.0.1, 0",
    "10.0.0.0/30, 2, 10.0.0.1, 0",
    "2001:db8::/112, 65535, 2001:db8::101, 256",
    "2001:db8::/64, 18446744073709551615, 2001:db8::101, 256"
  })
  void theUpperPartOfARangeIsUsedFirst(String text, BigInteger size, String first, int lower) {
    AddressRange range = AddressRange.parse(text);
    assertThat(range.size()).isEqualTo(size);
    List<AddressRange.Part> parts = range.parts();
    assertThat(parts.getFirst().first()).hasToString(first);
    assertThat(parts.getFirst().size()).isEqualTo(size.subtract(BigInteger.valueOf(lower)));
    if (lower > 0) {
      assertThat(parts.get(1).first()).isEqualTo(range.first());
      assertThat(parts.get(1).size()).isEqualTo(BigInteger.valueOf(lower));
    } else {
      assertThat(parts).hasSize(1);
    }
  }

  @Test
  void networkAndBroadcastAddressesAreNotGiven() {
    AddressRange v4 = AddressRange.parse("10.0.0.0/24");
    assertThat(List.of("10.0.0.0", "10.0.0.255", "10.0.1.1", "9.255.255.255", "::1"))
        .noneMatch(text -> v4.contains(address(text)));
    assertThat(List.of("10.0.0.1", "10.0.0.254")).allMatch(text -> v4.contains(address(text)));
    AddressRange v6 = AddressRange.parse("fd00::/112");
    assertThat(v6.contains(address("fd00::"))).isFalse();
    assertThat(v6.contains(address("fd00::ffff"))).isTrue();
    assertThat(AddressRange.parse("10.0.0.4/32").parts()).isEmpty();
    assertThat(AddressRange.parse("10.0.0.4/31").parts()).isEmpty();
    assertThat(AddressRange.parse("10.0.0.77/24")).hasToString("10.0.0.0/24");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "x/24", "10.0.0.0/", "fd00::/129", "1/2/3"})
  void otherTextsAreNoRanges(String text) {
    assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNetworkHasOneRangeForEachFamily() {
    assertThat(network("10.0.0.0/16,fd00::/112").families())
        .containsExactly(IpFamily.IPV4, IpFamily.IPV6);
    for (String wrong :
        List.of("10.0.0.0/16,10.1.0.0/16", "fd00::/48", "10.0.0.0/31", "10.0.0.0/16,", "a,b,c")) {
      assertThatThrownBy(() -> network(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void thePortsForChoiceAreGivenLast() {
    Random random = new Random(1);
    BitSet taken = new BitSet();
    Set<Integer> given = new HashSet<>();
    for (int i = 0; i < 2768; i++) {
      int port = PortRange.DEFAULT.pick(taken, random);
      taken.set(port - 30_000);
      assertThat(given.add(port)).isTrue();
      if (i < 2768 - 86) {
        assertThat(port).isBetween(30_086, 32_767);
      } else {
        assertThat(port).isBetween(30_000, 30_085);
      }
    }
    assertThat(PortRange.DEFAULT.pick(taken, random)).isNegative();
  }

  @Test
  void portRangesAreWrittenInThreeWays() {
    assertThat(PortRange.parse("30000-32767")).isEqualTo(PortRange.DEFAULT);
    assertThat(PortRange.parse("30000+2767")).isEqualTo(PortRange.DEFAULT);
    assertThat(PortRange.parse("80")).isEqualTo(new PortRange(80, 1));
    assertThat(PortRange.DEFAULT).hasToString("30000-32767");
    for (String wrong : List.of("", "0-1", "5-4", "1-65536", "a-b", "-1", "70000")) {
      assertThatThrownBy(() -> PortRange.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static ServiceNetwork network(String ranges) {
    return new ServiceNetwork(ServiceNetwork.parseRanges(ranges), PortRange.DEFAULT);
  }

  private static IpAddress address(String text) {
    IpAddress address = IpAddress.parse(text);
    if (address == null) {
      throw new IllegalArgumentException(text);
    }
    return address;
  }
}
