package dev.rheo.server.security;

import dev.rheo.access.PemFiles;
import dev.rheo.api.io.IoFailures;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Writes the administrator's kubeconfig. */
public final class Kubeconfig {

  private Kubeconfig() {}

  /**
   * Writes a self-contained kubeconfig, atomically and readable by its owner only.
   *
   * @param listening the address that the server listens on; a wildcard address becomes loopback
   * @throws IOException if it cannot be written; the message names the file and the reason
   */
  public static void write(Path file, Pki pki, InetSocketAddress listening) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    try {
      if (folder != null) {
        Files.createDirectories(folder);
      }
      PemFiles.write(file, text(pki, listening).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IOException(
          "cannot write the kubeconfig %s: %s".formatted(file, IoFailures.tell(e)), e);
    }
  }

  private static String text(Pki pki, InetSocketAddress listening) {
    return """
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
        .formatted(
            url(listening),
            base64(pki.authorityPem()),
            base64(pki.adminCertificatePem()),
            base64(pki.adminKeyPem()));
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
