package dev.rheo.api.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class HostPortTest {
  @Test
  void anIpv6AddressHasBrackets() throws Exception {
    assertThat(HostPort.of("localhost", 6443)).isEqualTo("localhost:6443");
    assertThat(HostPort.of("::1", 6443)).isEqualTo("[::1]:6443");
    InetAddress v4 = InetAddress.ofLiteral("10.0.0.1");
    assertThat(HostPort.of(new InetSocketAddress(v4, 1))).isEqualTo("10.0.0.1:1");
    InetAddress v6 =
        Inet6Address.getByAddress(null, InetAddress.ofLiteral("fe80::1").getAddress(), 3);
    assertThat(HostPort.of(new InetSocketAddress(v6, 1))).isEqualTo("[fe80:0:0:0:0:0:0:1]:1");
  }
}
