package dev.rheo.junit;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes kubeconfigs with a bearer token, which need no file and no key of a client. */
final class Kubeconfigs {
  /** Of requests that name none. */
  static final String DEFAULT_NAMESPACE = "default";

  private Kubeconfigs() {}

  /**
   * @param authority certificate as PEM
   */
  static String text(InetSocketAddress address, String authority, String token, String namespace) {
    return """
    apiVersion: v1
    kind: Config
    clusters:
    - name: rheo
      cluster:
        server: https://%s:%d
        certificate-authority-data: %s
    users:
    - name: junit
      user:
        token: %s
    contexts:
    - name: rheo
      context:
        cluster: rheo
        user: junit
        namespace: %s
    current-context: rheo
    """
        .formatted(
            address.getHostString(),
            address.getPort(),
            Base64.getEncoder().encodeToString(authority.getBytes(StandardCharsets.US_ASCII)),
            token,
            namespace);
  }
}
