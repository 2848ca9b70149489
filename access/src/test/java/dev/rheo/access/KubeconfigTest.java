package dev.rheo.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and certificates in the test's resources were made with OpenSSL. */
class KubeconfigTest {
  @TempDir Path folder;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = KubeconfigTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private static String data(String name) throws IOException {
    return Base64.getEncoder().encodeToString(resource(name));
  }

  private Path write(String cluster, String user) throws IOException {
    return Files.writeString(
        folder.resolve("config"),
        """
        apiVersion: v1
        kind: Config
        current-context: a
        contexts:
        - name: a
          context: {cluster: c, user: u}
        - name: nobody
          context: {cluster: c}
        - name: lost
          context: {cluster: gone, user: u}
        clusters:
        - name: c
          cluster: {%s}
        users:
        - name: u
          user: {%s}
        """
            .formatted(cluster, user));
  }

  @ParameterizedTest
  @CsvSource({
    "https://10.0.0.1:6443, 10.0.0.1, 6443, '', https://10.0.0.1:6443",
    "https://api.example/k8s/clusters/c-1/, api.example, 443, /k8s/clusters/c-1, https://api.example:443/k8s/clusters/c-1",
    "'https://[::1]:7', ::1, 7, '', 'https://[::1]:7'",
    "http://localhost:8001, localhost, 8001, '', http://localhost:8001",
    "example, example, 443, '', https://example:443",
  })
  void servers(String server, String host, int port, String path, String url) throws Exception {
    Access access = Kubeconfig.read(write("server: \"" + server + "\"", "token: t"), null);
    assertThat(access.host()).isEqualTo(host);
    assertThat(access.port()).isEqualTo(port);
    assertThat(access.path()).isEqualTo(path);
    assertThat(access.url()).isEqualTo(url);
    assertThat(access.serverName()).isEqualTo(host);
    assertThat(access.token().token()).isEqualTo("t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ec-sec1.key", "ec-pkcs8.key"})
  void aClientCertificateAsData(String key) throws Exception {
    Access access =
        Kubeconfig.read(
            write(
                "server: \"https://h\", tls-server-name: other, certificate-authority-data: "
                    + data("tester.crt"),
                "client-certificate-data: %s, client-key-data: %s"
                    .formatted(data("tester.crt"), data(key))),
            null);
    assertThat(access.serverName()).isEqualTo("other");
    assertThat(access.authorities()).hasSize(1);
    assertThat(access.token().token()).isNull();
    X509Certificate certificate = access.clientCertificate().getFirst();
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=tester");
    assertThat(belongTogether(access.clientKey(), certificate)).isTrue();
  }

  @Test
  void aClientCertificateInFilesBesideIt() throws Exception {
    Files.write(folder.resolve("tester.crt"), resource("tester.crt"));
    Files.createDirectory(folder.resolve("keys"));
    Files.write(folder.resolve("keys/tester.key"), resource("ec-sec1.key"));
    Access access =
        Kubeconfig.read(
            write(
                "server: \"https://h\", insecure-skip-tls-verify: true",
                "client-certificate: tester.crt, client-key: keys/tester.key"),
            null);
    assertThat(access.insecure()).isTrue();
    assertThat(belongTogether(access.clientKey(), access.clientCertificate().getFirst())).isTrue();
  }

  private static boolean belongTogether(PrivateKey key, X509Certificate certificate)
      throws Exception {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update((byte) 1);
    byte[] signed = signature.sign();
    signature.initVerify(certificate);
    signature.update((byte) 1);
    return signature.verify(signed);
  }

  @Test
  void anRsaKeyInPkcs1() throws Exception {
    RSAPrivateCrtKey key = (RSAPrivateCrtKey) Pem.privateKey(resource("rsa-pkcs1.key"));
    assertThat(key.getPrimeP().multiply(key.getPrimeQ())).isEqualTo(key.getModulus());
    assertThat(key.getModulus().bitLength()).isEqualTo(1024);
  }

  @Test
  void aTokenFromAFileBeforeOneInText() throws Exception {
    Files.writeString(folder.resolve("token"), "from-file\n");
    Path file = write("server: \"https://h\"", "token: from-text, tokenFile: token");
    assertThat(Kubeconfig.read(file, null).token().token()).isEqualTo("from-file");
  }

  @Test
  void aContextWithoutUser() throws Exception {
    Path file = write("server: \"https://h\"", "token: t");
    assertThat(Kubeconfig.read(file, "nobody").token().token()).isNull();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void anExecPluginIsRunAgainWhenItsTokenExpires() throws Exception {
    Path plugin = folder.resolve("plugin");
    Files.writeString(
        plugin,
        """
        #!/bin/sh
        echo x >>"$COUNT"
        n=$(wc -l <"$COUNT")
        test "$1" = now || exit 3
        case $KUBERNETES_EXEC_INFO in *ExecCredential*) ;; *) exit 4 ;; esac
        echo '{"status":{"token":"t'$((n))'","expirationTimestamp":"2001-01-01T00:00:00Z"}}'
        """);
    assertThat(plugin.toFile().setExecutable(true)).isTrue();
    Path file =
        write(
            "server: \"https://h\"",
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [now],"
                + " env: [{name: COUNT, value: \"%s\"}]}".formatted(folder.resolve("count")));
    Access access = Kubeconfig.read(file, null);
    assertThat(access.token().token()).isEqualTo("t2");
    assertThat(access.token().token()).isEqualTo("t3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "server: ''|token: t|no usable server address",
        "server: \"https://h\", proxy-url: \"http://p\"|token: t|proxy-url",
        "server: \"https://h\"|auth-provider: {name: gcp}|auth-provider",
        "server: \"https://h\"|as: root|uses as",
        "server: \"https://h\"|client-certificate: gone.crt|cannot read",
        "server: \"https://h\"|client-key-data: YQ==|without",
        "server: \"https://h\", certificate-authority-data: YQ==|token: t|no certificate",
        "server: \"https://h\"|exec: {command: /nonexistent}|credential plugin",
      },
      quoteCharacter = '`')
  void whatCannotBeUsedIsToldInOneLine(String cluster, String user, String message)
      throws IOException {
    Path file = write(cluster, user);
    assertThatThrownBy(() -> Kubeconfig.read(file, null))
        .isInstanceOf(AccessException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"not: [valid", "[]", "clusters: 5", "", "x", "a: \"\u0001"})
  void whatIsNoKubeconfigIsToldInOneLine(String text) throws IOException {
    Path file = folder.resolve("bad.yaml");
    Files.writeString(file, text);
    assertThatThrownBy(() -> Kubeconfig.read(file, null))
        .isInstanceOf(AccessException.class)
        .hasMessageContaining("bad.yaml is no kubeconfig: ")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void contextsThatAreNotThere() throws IOException {
    Path file = write("server: \"https://h\"", "token: t");
    assertThatThrownBy(() -> Kubeconfig.read(file, "b")).hasMessageContaining("a, nobody, lost");
    assertThatThrownBy(() -> Kubeconfig.read(file, "lost")).hasMessageContaining("gone");
    Files.writeString(file, "a: [");
    assertThatThrownBy(() -> Kubeconfig.read(file, null)).hasMessageContaining("no kubeconfig");
  }
}
