package dev.rheo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.access.Access;
import dev.rheo.access.Kubeconfig;
import dev.rheo.access.KubeconfigWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PkiTest {

  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  @TempDir Path data;

  private Pki open(String host) throws IOException {
    return Pki.open(data.resolve("pki"), host, CLOCK);
  }

  private static X509Certificate server(Pki pki) {
    return pki.tls().certificateChain().getFirst();
  }

  @Test
  void makesWhatIsMissingAndUsesItAfter() throws Exception {
    Pki made = open("127.0.0.1");
    Pki again = open("127.0.0.1");
    assertThat(server(again)).isEqualTo(server(made));
    assertThat(again.authority()).isEqualTo(made.authority());
    assertThat(again.adminKeyPem()).isEqualTo(made.adminKeyPem());
    server(made).verify(made.authority().getPublicKey());
    assertThat(server(made).getSubjectAlternativeNames().toString())
        .contains("kubernetes.default.svc.cluster.local", "localhost", "10.96.0.1", "127.0.0.1");
    try (Stream<Path> files = Files.list(data.resolve("pki"))) {
      assertThat(files).hasSize(10).allMatch(file -> permissions(file).equals("rw-------"));
    }
    assertThat(permissions(data.resolve("pki"))).isEqualTo("rwx------");
  }

  /** Damage is refused with one line that names the file or folder, or has no effect. */
  @Test
  void aFlippedByteIsToldOrDoesNoHarm() throws Exception {
    Pki made = open("127.0.0.1");
    Random random = new Random(20260901);
    List<Path> all;
    try (Stream<Path> files = Files.list(data.resolve("pki"))) {
      all = files.sorted().toList();
    }
    int refused = 0;
    for (int i = 0; i < 240; i++) {
      Path file = all.get(i % all.size());
      byte[] right = Files.readAllBytes(file);
      byte[] wrong = right.clone();
      int at = random.nextInt(wrong.length);
      wrong[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, wrong);
      try {
        Pki opened = open("127.0.0.1");
        // Only the issuer may differ: a trust anchor is its name and key.
        assertThat(opened.authority().getSubjectX500Principal())
            .as("%s at %d", file, at)
            .isEqualTo(made.authority().getSubjectX500Principal());
        assertThat(opened.authority().getPublicKey()).isEqualTo(made.authority().getPublicKey());
        assertThat(server(opened)).as("%s at %d", file, at).isEqualTo(server(made));
        assertThat(opened.adminCertificatePem()).isEqualTo(made.adminCertificatePem());
        assertThat(opened.adminKeyPem()).as("%s at %d", file, at).isEqualTo(made.adminKeyPem());
      } catch (IOException e) {
        refused++;
        assertThat(e.getMessage()).contains(data.resolve("pki").toString()).doesNotContain("\n");
        assertThat(file).hasBinaryContent(wrong);
      }
      Files.write(file, right);
    }
    assertThat(refused).isGreaterThan(200);
  }

  @Test
  void issuesTheServersAnewForAnotherHostAndBeforeItExpires() throws Exception {
    Pki first = open("127.0.0.1");
    Pki named = open("api.example.test");
    assertThat(server(named)).isNotEqualTo(server(first));
    assertThat(server(named).getPublicKey()).isEqualTo(server(first).getPublicKey());
    assertThat(server(named).getSubjectAlternativeNames().toString()).contains("api.example.test");
    Clock later = Clock.offset(CLOCK, Duration.ofDays(600));
    Pki renewed = Pki.open(data.resolve("pki"), "api.example.test", later);
    assertThat(server(renewed).getNotAfter()).isAfter(server(named).getNotAfter());
    assertThat(renewed.authority()).isEqualTo(first.authority());
    assertThat(Pki.open(data.resolve("pki"), "0.0.0.0", later).tls()).isEqualTo(renewed.tls());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ca.crt",
        "ca.key",
        "apiserver.crt",
        "apiserver.key",
        "admin.crt",
        "admin.key",
        "front-proxy-ca.crt",
        "front-proxy-ca.key",
        "front-proxy-client.crt",
        "front-proxy-client.key"
      })
  void refusesWhatIsDamagedAndNamesIt(String name) throws Exception {
    open("127.0.0.1");
    Path file = data.resolve("pki").resolve(name);
    byte[] whole = Files.readAllBytes(file);
    for (byte[] damaged :
        new byte[][] {new byte[0], "garbage".getBytes(), middleChanged(whole), half(whole)}) {
      Files.write(file, damaged);
      assertThatThrownBy(() -> open("127.0.0.1"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(name.substring(0, name.indexOf('.')));
      assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
    }
  }

  @Test
  void refusesKeysAndCertificatesThatDoNotBelongTogether() throws Exception {
    open("127.0.0.1");
    Path pki = data.resolve("pki");
    Files.copy(
        pki.resolve("admin.key"),
        pki.resolve("apiserver.key"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> open("127.0.0.1")).hasMessageContaining("is not the key of");
    Files.delete(pki.resolve("ca.key"));
    assertThatThrownBy(() -> open("127.0.0.1")).hasMessageContaining("ca.key is missing");
  }

  @Test
  void aFirstStartThatWasCutShortIsTakenUp() throws Exception {
    open("127.0.0.1");
    Path pki = data.resolve("pki");
    for (String name : new String[] {"admin.crt", "admin.key", "apiserver.crt", "ca.crt"}) {
      Files.delete(pki.resolve(name));
    }
    assertThat(server(open("127.0.0.1"))).isNotNull();
  }

  @Test
  void writesAKubeconfigThatNeedsNothingElse() throws Exception {
    Pki pki = open("127.0.0.1");
    Path file = data.resolve("sub/admin.kubeconfig");
    write(file, pki, new InetSocketAddress("0.0.0.0", 6443));
    assertThat(permissions(file)).isEqualTo("rw-------");
    assertThat(file)
        .content()
        .contains("server: https://127.0.0.1:6443\n")
        .contains(Base64.getEncoder().encodeToString(pki.adminKeyPem()));
    write(file, pki, new InetSocketAddress("::1", 1));
    assertThat(file).content().contains("server: https://[0:0:0:0:0:0:0:1]:1\n");
    Access read = Kubeconfig.read(file, null);
    assertThat(read.url()).isEqualTo("https://[0:0:0:0:0:0:0:1]:1");
    assertThat(read.authorities()).containsExactly(pki.authority());
    assertThat(read.clientKey()).isNotNull();
  }

  private static void write(Path file, Pki pki, InetSocketAddress listening) throws IOException {
    KubeconfigWriter.write(
        file, listening, pki.authorityPem(), pki.adminCertificatePem(), pki.adminKeyPem());
  }

  private static byte[] middleChanged(byte[] bytes) {
    byte[] changed = bytes.clone();
    for (int i = bytes.length / 2; i < bytes.length / 2 + 40; i++) {
      changed[i] = 'A';
    }
    return changed;
  }

  private static byte[] half(byte[] bytes) {
    return java.util.Arrays.copyOf(bytes, bytes.length / 2);
  }

  private static String permissions(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
