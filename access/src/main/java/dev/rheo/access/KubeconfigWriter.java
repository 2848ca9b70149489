package dev.rheo.access;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Writes a kubeconfig that names nothing outside itself; {@link Kubeconfig} reads it. */
public final class KubeconfigWriter {

  private KubeconfigWriter() {}

  /**
   * Writes the kubeconfig of an administrator, atomically and readable by its owner only, and makes
   * the missing folders above it.
   *
   * @param listening the address that the server listens on; a wildcard address becomes loopback
   * @param authority the server's certificate authority as PEM
   * @param certificate the administrator's certificate as PEM
   * @param key the administrator's key as PEM
   */
  public static void write(
      Path file, InetSocketAddress listening, byte[] authority, byte[] certificate, byte[] key)
      throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    String text =
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: rheo
          cluster:
            server: %s
            certificate-authority-data: %s
        users:
        - name: kubernetes-admin
          user:
            client-certificate-data: %s
            client-key-data: %s
        contexts:
        - name: kubernetes-admin@rheo
          context:
            cluster: rheo
            user: kubernetes-admin
        current-context: kubernetes-admin@rheo
        """
            .formatted(url(listening), base64(authority), base64(certificate), base64(key));
    PemFiles.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String url(InetSocketAddress listening) {
    InetAddress address = listening.getAddress();
    String host = listening.getHostString();
    if (address != null && address.isAnyLocalAddress()) {
      host = "127.0.0.1";
    } else if (address instanceof Inet6Address && host.indexOf(':') >= 0) {
      host = "[" + host + "]";
    }
    return "https://" + host + ":" + listening.getPort();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
