package dev.rheo.api.io;

import java.net.InetSocketAddress;

/** A host and a port as in a URL: {@code localhost:6443}, {@code [::1]:6443}. */
public final class HostPort {
  private HostPort() {}

  /**
   * @param host a name or an address; an IPv6 address gets brackets
   */
  public static String of(String host, long port) {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  /** The address without the zone of IPv6, which means something on this machine only. */
  public static String of(InetSocketAddress address) {
    String host = address.getHostString();
    int zone = host.indexOf('%');
    return of(zone < 0 ? host : host.substring(0, zone), address.getPort());
  }
}
