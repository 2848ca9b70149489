package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterNetworkTest {
  private static ClusterNetwork network(String advertised) {
    return ClusterNetwork.of("10.5.0.0/16", "30000-32767", advertised);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/16;10.1.0.0/16, 30000-32767, 192.0.2.1, --service-cluster-ip-range",
    "fd00::/48, 30000-32767, 192.0.2.1, --service-cluster-ip-range",
    "10.0.0.0/24, 5-4, 192.0.2.1, --service-node-port-range",
    "10.0.0.0/24, 30000-32767, 127.0.0.1, --advertise-address",
    "10.0.0.0/24, 30000-32767, 0.0.0.0, --advertise-address",
    "10.0.0.0/24, 30000-32767, host, --advertise-address"
  })
  void theOptionAtFaultIsNamed(String ranges, String ports, String address, String option) {
    assertThatThrownBy(() -> ClusterNetwork.of(ranges.replace(';', ','), ports, address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(option + ": ");
  }

  @Test
  void anAddressThatOthersReachIsAdvertised() {
    InetAddress own = InetAddress.ofLiteral("192.0.2.1");
    assertThat(network("192.0.2.9").advertised(own)).isEqualTo(InetAddress.ofLiteral("192.0.2.9"));
    assertThat(network(null).advertised(own)).isEqualTo(own);
    InetAddress ofHost = network(null).advertised(InetAddress.getLoopbackAddress());
    if (ofHost != null) {
      assertThat(ofHost.isLoopbackAddress() || ofHost.isAnyLocalAddress()).isFalse();
    }
  }

  @Test
  void theCertificateNamesTheService() {
    assertThat(network("192.0.2.9").certified())
        .containsExactly(InetAddress.ofLiteral("10.5.0.1"), InetAddress.ofLiteral("192.0.2.9"));
  }
}
