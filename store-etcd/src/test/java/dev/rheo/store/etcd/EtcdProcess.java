package dev.rheo.store.etcd;

import dev.rheo.testing.Await;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real etcd, of one member. {@code bench/peers/build etcds} builds the versions that there are.
 */
final class EtcdProcess implements AutoCloseable {
  private final Path directory;
  private final List<String> command;
  private final URI address;
  private Process process;

  private EtcdProcess(
      Path binary, Path directory, String name, String peer, String cluster, String... more)
      throws IOException {
    this.directory = directory;
    String client = "http://127.0.0.1:" + freePort();
    address = URI.create(client);
    command = new ArrayList<>();
    command.addAll(
        List.of(
            binary.toString(),
            "--name",
            name,
            "--data-dir",
            directory.toString(),
            "--listen-client-urls",
            client,
            "--advertise-client-urls",
            client,
            "--listen-peer-urls",
            peer,
            "--initial-advertise-peer-urls",
            peer,
            "--initial-cluster",
            cluster,
            "--log-level",
            "error",
            "--unsafe-no-fsync"));
    command.addAll(Arrays.asList(more));
  }

  private static String peer() throws IOException {
    return "http://127.0.0.1:" + freePort();
  }

  /** Starts an etcd of a version such as {@code 3.6}, or skips the test where there is none. */
  static EtcdProcess start(String version, Path directory, String... more) throws Exception {
    Path binary = binary(version);
    Assumptions.assumeTrue(
        binary != null, "no etcd " + version + ": bench/peers/build etcds makes it");
    String peer = peer();
    EtcdProcess one = new EtcdProcess(binary, directory, "one", peer, "one=" + peer, more);
    one.start();
    return one;
  }

  /** The newest etcd that there is, with TLS for its clients, or the test is skipped. */
  static EtcdProcess startSecure(Path directory, String... more) throws Exception {
    Path binary = binary("3");
    Assumptions.assumeTrue(binary != null, "no etcd: bench/peers/build etcds makes it");
    String peer = peer();
    EtcdProcess one = new EtcdProcess(binary, directory, "one", peer, "one=" + peer, more);
    one.command.replaceAll(
        argument ->
            argument.equals(one.address.toString()) ? "https" + argument.substring(4) : argument);
    one.start();
    return one;
  }

  /** Starts the three members of a cluster, of the newest etcd that there is. */
  static List<EtcdProcess> cluster(Path directory) throws Exception {
    Path binary = binary("3");
    Assumptions.assumeTrue(binary != null, "no etcd: bench/peers/build etcds makes it");
    List<String> peers = List.of(peer(), peer(), peer());
    String cluster = "a=%s,b=%s,c=%s".formatted(peers.get(0), peers.get(1), peers.get(2));
    List<EtcdProcess> members = new ArrayList<>();
    for (int i = 0; i < peers.size(); i++) {
      String name = "abc".substring(i, i + 1);
      members.add(new EtcdProcess(binary, directory.resolve(name), name, peers.get(i), cluster));
    }
    for (EtcdProcess member : members) {
      member.start();
    }
    return members;
  }

  /** The newest etcd that there is, or the test is skipped. */
  static EtcdProcess start(Path directory, String... more) throws Exception {
    return start("3", directory, more);
  }

  private static Path binary(String version) throws IOException {
    String home = System.getProperty("user.home");
    String cache = System.getenv().getOrDefault("XDG_CACHE_HOME", home + "/.cache");
    Path binaries =
        Path.of(System.getenv().getOrDefault("PEERS", cache + "/rheo/peers")).resolve("bin");
    if (!Files.isDirectory(binaries)) {
      return null;
    }
    try (Stream<Path> all = Files.list(binaries)) {
      return all.filter(file -> file.getFileName().toString().startsWith("etcd-" + version + "."))
          .max(Comparator.comparing(file -> file.getFileName().toString()))
          .orElse(null);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it again, with the data that it had. */
  void start() throws Exception {
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolveSibling(directory.getFileName() + ".log").toFile())
            .start();
    Await.until("etcd listens", this::listens);
  }

  private boolean listens() throws IOException {
    if (!process.isAlive()) {
      throw new IllegalStateException("etcd has ended; its log is beside " + directory);
    }
    try (Socket ignored = new Socket(address.getHost(), address.getPort())) {
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  URI address() {
    return address;
  }

  EtcdSettings settings(String prefix) {
    return EtcdSettings.of(List.of(address), prefix);
  }

  void kill() throws InterruptedException {
    int ignored = process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
