package dev.rheo.app;

import dev.rheo.server.allocation.PortRange;
import dev.rheo.server.allocation.ServiceNetwork;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server knows of the network of its cluster.
 *
 * @param services what Services are given
 * @param advertised where clients in the cluster reach the server, or null for the address that it
 *     listens on, or the host's if that is a wildcard or for this machine alone
 */
public record ClusterNetwork(ServiceNetwork services, @Nullable InetAddress advertised) {
  public static final String DEFAULT_RANGES = ServiceNetwork.DEFAULT_RANGES;
  public static final String DEFAULT_NODE_PORTS = "30000-32767";

  /** Addresses of other hosts. Nothing is sent to them; they tell the route. */
  private static final List<String> FAR = List.of("198.51.100.1", "2001:db8::1");

  static ClusterNetwork defaults() {
    return of(DEFAULT_RANGES, DEFAULT_NODE_PORTS, null);
  }

  /**
   * Reads options.
   *
   * @param ranges one or two ranges of cluster IPs
   * @param nodePorts the range of node ports
   * @param advertised an IP address, or null
   * @throws IllegalArgumentException if one of them is not valid; the message begins with the name
   *     of the option
   */
  public static ClusterNetwork of(String ranges, String nodePorts, @Nullable String advertised) {
    PortRange ports = named("--service-node-port-range", () -> PortRange.parse(nodePorts));
    ServiceNetwork services =
        named(
            "--service-cluster-ip-range",
            () -> new ServiceNetwork(ServiceNetwork.parseRanges(ranges), ports));
    InetAddress address =
        advertised == null
            ? null
            : named("--advertise-address", () -> requireReachable(advertised));
    return new ClusterNetwork(services, address);
  }

  @FunctionalInterface
  private interface Reader<T> {
    T read();
  }

  private static <T> T named(String option, Reader<T> reader) {
    try {
      return reader.read();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }

  private static InetAddress requireReachable(String text) {
    InetAddress address = InetAddress.ofLiteral(text);
    if (!isReachable(address)) {
      throw new IllegalArgumentException("others cannot reach " + text);
    }
    return address;
  }

  /** Whether an address may be an endpoint. */
  private static boolean isReachable(InetAddress address) {
    return !address.isLoopbackAddress()
        && !address.isAnyLocalAddress()
        && !address.isLinkLocalAddress()
        && !address.isMulticastAddress();
  }

  /**
   * The addresses by which clients in the cluster know the server: its Service's, and the
   * advertised one.
   */
  List<InetAddress> certified() {
    List<InetAddress> addresses = new ArrayList<>(2);
    addresses.add(InetAddress.ofLiteral(services.ranges().getFirst().first().toString()));
    if (advertised != null) {
      addresses.add(advertised);
    }
    return addresses;
  }

  /** The address to advertise, or null if the host has none that others can reach. */
  @Nullable InetAddress advertised(InetAddress listening) {
    if (advertised != null) {
      return advertised;
    }
    return isReachable(listening) ? listening : ofHost();
  }

  /** The source address of what the host sends to others; else any address of the host. */
  private static @Nullable InetAddress ofHost() {
    for (String far : FAR) {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral(far), 9));
        InetAddress own = socket.getLocalAddress();
        if (isReachable(own)) {
          return own;
        }
      } catch (SocketException | UncheckedIOException e) {
        // There is no route for this family.
      }
    }
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(ClusterNetwork::isReachable)
          .min((a, b) -> Integer.compare(a.getAddress().length, b.getAddress().length))
          .orElse(null);
    } catch (SocketException e) {
      return null;
    }
  }
}
