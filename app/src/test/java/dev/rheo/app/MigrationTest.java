package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.app.Migration.Moved;
import dev.rheo.store.CompactedException;
import dev.rheo.store.FreezableStore;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.RocksRevisionStore;
import dev.rheo.store.RocksSettings;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import dev.rheo.store.etcd.EtcdRevisionStore;
import dev.rheo.store.etcd.EtcdSettings;
import dev.rheo.store.snapshot.SnapshotWriter;
import dev.rheo.testing.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Moves between an embedded store and a real etcd; skipped where there is none. */
@Timeout(300)
class MigrationTest {
  private static final long HEADROOM = 3000;

  private final Random random = new Random(Long.getLong("rheo.seed", System.nanoTime()));
  private final List<String> told = new ArrayList<>();

  @TempDir Path scratch;
  private @Nullable Process process;
  private EtcdConfig config = EtcdConfig.none();

  @BeforeEach
  void startEtcd() throws Exception {
    Path binary = binary();
    Assumptions.assumeTrue(binary != null, "no etcd: bench/peers/build etcds makes it");
    int port = freePort();
    String peer = "http://127.0.0.1:" + freePort();
    String client = "http://127.0.0.1:" + port;
    process =
        new ProcessBuilder(
                String.valueOf(binary),
                "--name=one",
                "--data-dir=" + scratch.resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=one=" + peer,
                "--log-level=error",
                "--unsafe-no-fsync")
            .redirectErrorStream(true)
            .redirectOutput(scratch.resolve("etcd.log").toFile())
            .start();
    Await.until("etcd listens", () -> listens(port));
    config = EtcdConfig.of(List.of(URI.create(client)));
  }

  @AfterEach
  void endEtcd() throws Exception {
    if (process != null) {
      int ignored = process.destroyForcibly().waitFor();
    }
  }

  private static @Nullable Path binary() throws IOException {
    String home = System.getProperty("user.home");
    String cache = System.getenv().getOrDefault("XDG_CACHE_HOME", home + "/.cache");
    Path binaries =
        Path.of(System.getenv().getOrDefault("PEERS", cache + "/rheo/peers")).resolve("bin");
    if (!Files.isDirectory(binaries)) {
      return null;
    }
    try (Stream<Path> all = Files.list(binaries)) {
      return all.filter(file -> file.getFileName().toString().startsWith("etcd-3."))
          .max(Comparator.comparing(file -> file.getFileName().toString()))
          .orElse(null);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean listens(int port) throws IOException {
    try (Socket ignored = new Socket("127.0.0.1", port)) {
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  private EtcdRevisionStore etcd() throws StoreException {
    return EtcdRevisionStore.open(EtcdSettings.of(config.servers(), config.prefix()));
  }

  private RocksRevisionStore embedded(String name) throws Exception {
    DataDirectory directory = new DataDirectory(scratch.resolve(name));
    directory.make();
    return RocksRevisionStore.open(directory.store(), RocksSettings.defaults());
  }

  /** A server, as far as a migration sees it. */
  private static final class Fake implements Migration.Running {
    final RocksRevisionStore store;
    final FreezableStore freezable;
    int snapshots;
    boolean failsToFreeze;

    Fake(RocksRevisionStore store) {
      this.store = store;
      this.freezable = new FreezableStore(store);
    }

    @Override
    public InputStream snapshot() {
      snapshots++;
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (StoreSnapshot snapshot = store.snapshot()) {
        SnapshotWriter writer = new SnapshotWriter(snapshot);
        while (writer.write(out)) {}
      } catch (StoreException | IOException e) {
        throw new IllegalStateException(e);
      }
      return new ByteArrayInputStream(out.toByteArray());
    }

    @Override
    public long freeze() throws SnapshotException {
      if (failsToFreeze) {
        throw new SnapshotException("it cannot");
      }
      try {
        return freezable.freeze();
      } catch (StoreException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void thaw() {
      freezable.thaw();
    }
  }

  private void fill(RevisionStore store, int keys) throws Exception {
    for (int i = 0; i < keys; i++) {
      store.commit(List.of(put("/registry/things/t%04d".formatted(i))));
    }
  }

  private Op put(String key) {
    byte[] value = new byte[1 + random.nextInt(400)];
    random.nextBytes(value);
    value[0] = 'x'; // no form of an object
    Duration ttl = random.nextInt(5) == 0 ? Duration.ofMinutes(30) : Duration.ZERO;
    return new Op.Put(key, value, Op.ANY, ttl);
  }

  private static Map<String, String> content(RevisionStore store) throws Exception {
    Map<String, String> all = new TreeMap<>();
    try (RangeCursor range = store.range("", "", 0)) {
      for (KeyValue kv = range.next(); kv != null; kv = range.next()) {
        all.put(kv.key(), Arrays.hashCode(kv.value()) + "");
      }
    }
    return all;
  }

  @Test
  void aStoreThatIsWrittenToIsMovedAsItIsWhenItIsFrozen() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> writers = new ArrayList<>();
    try (RocksRevisionStore store = embedded("data");
        EtcdRevisionStore etcd = etcd()) {
      Fake server = new Fake(store);
      fill(store, 3000);
      long old = store.currentRevision();
      AtomicBoolean refused = new AtomicBoolean();
      for (int w = 0; w < 2; w++) {
        Random own = new Random(w);
        writers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      while (!stop.get()) {
                        String key = "/registry/things/t%04d".formatted(own.nextInt(3500));
                        try {
                          server.freezable.commit(
                              List.of(own.nextInt(3) == 0 ? new Op.Delete(key, Op.ANY) : put(key)));
                          Thread.sleep(5);
                        } catch (RevisionConflictException e) {
                          // Nothing to delete.
                        } catch (StoreException e) {
                          refused.set(true);
                          return;
                        } catch (InterruptedException e) {
                          return;
                        }
                      }
                    }));
      }
      Moved moved = Migration.toEtcd(server, config, HEADROOM, told::add);
      stop.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
      assertThat(refused).as("writes are refused in the end").isTrue();
      assertThat(moved.revision()).isEqualTo(store.currentRevision()).isGreaterThan(old);
      assertThat(content(etcd)).isEqualTo(content(store)).hasSize((int) moved.keys());
      assertThat(etcd.get(EtcdFilling.MARK, 0)).isNull();
      try (RangeCursor range = etcd.range("", "", 0)) {
        for (KeyValue kv = range.next(); kv != null; kv = range.next()) {
          assertThat(kv.modRevision()).as(kv.key()).isGreaterThan(store.currentRevision());
        }
      }
      assertThatThrownBy(
              () -> {
                try (WatchCursor watch = etcd.watch("", "", store.currentRevision())) {
                  Batch ignored = watch.next(Duration.ofSeconds(10));
                }
              })
          .as("what clients of the old store know is compacted")
          .isInstanceOf(CompactedException.class);
      assertThat(server.freezable.isFrozen()).isTrue();

      // And it is not done over what is there.
      assertThatThrownBy(() -> Migration.toEtcd(server, config, HEADROOM, told::add))
          .hasMessageContaining("etcd holds keys already");

      // Back: with etcd's revisions, and the same times.
      Path back = scratch.resolve("back");
      Moved again = Migration.fromEtcd(config, List.of(), back, told::add);
      assertThat(again.keys()).isEqualTo(moved.keys());
      try (RocksRevisionStore returned =
          RocksRevisionStore.open(new DataDirectory(back).store(), RocksSettings.defaults())) {
        assertThat(content(returned)).isEqualTo(content(store));
        assertThat(returned.currentRevision()).isEqualTo(again.revision());
        assertThat(expiring(returned)).isEqualTo(expiring(store));
        try (RangeCursor one = returned.range("", "", 0);
            RangeCursor two = etcd.range("", "", 0)) {
          for (KeyValue a = one.next(), b = two.next(); a != null; a = one.next(), b = two.next()) {
            assertThat(a.modRevision()).isEqualTo(b.modRevision());
            assertThat(a.createRevision()).isEqualTo(b.createRevision());
          }
        }
      }
    } finally {
      stop.set(true);
    }
  }

  /** The keys that expire, with the time in minutes, as etcd's leases are up to 5 % longer. */
  private static Map<String, Boolean> expiring(RocksRevisionStore store) throws StoreException {
    Map<String, Boolean> all = new TreeMap<>();
    try (StoreSnapshot snapshot = store.snapshot()) {
      for (StoreSnapshot.Item item = snapshot.next(); item != null; item = snapshot.next()) {
        if (item instanceof StoreSnapshot.Expiry expiry) {
          long left = expiry.epochMillis() - System.currentTimeMillis();
          all.put(expiry.key(), left > 25 * 60_000 && left < 32 * 60_000);
        }
      }
    }
    assertThat(all.values()).isNotEmpty().doesNotContain(false);
    return all;
  }

  @Test
  void aMigrationThatWasBrokenOffGoesOnAndNoOtherDoes() throws Exception {
    try (RocksRevisionStore store = embedded("data");
        RocksRevisionStore other = embedded("other");
        EtcdRevisionStore etcd = etcd()) {
      fill(store, 500);
      fill(other, 10);
      Fake server = new Fake(store);
      server.failsToFreeze = true;
      assertThatThrownBy(() -> Migration.toEtcd(server, config, HEADROOM, told::add))
          .hasMessage("it cannot");
      assertThat(server.freezable.isFrozen()).isFalse();
      assertThat(content(etcd)).hasSize(501);
      assertThatThrownBy(() -> Migration.toEtcd(new Fake(other), config, HEADROOM, told::add))
          .hasMessageContaining("unfinished migration of another store");
      store.commit(List.of(new Op.Delete("/registry/things/t0001", Op.ANY)));
      server.failsToFreeze = false;
      Moved moved = Migration.toEtcd(server, config, HEADROOM, told::add);
      assertThat(told).contains("going on with an unfinished migration");
      assertThat(moved.keys()).isEqualTo(499);
      assertThat(content(etcd)).isEqualTo(content(store));
    }
  }

  /** Else a revision of etcd could be one that the server gives to another state. */
  @Test
  void aServerThatOvertakesEtcdIsNotMoved() throws Exception {
    try (RocksRevisionStore store = embedded("data");
        EtcdRevisionStore etcd = etcd()) {
      fill(store, 200);
      Fake server = new Fake(store);
      assertThatThrownBy(
              () ->
                  Migration.toEtcd(
                      server,
                      config,
                      50,
                      line -> {
                        if (line.startsWith("revision ")) {
                          try {
                            fill(store, 300);
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                        }
                      }))
          .hasMessageContaining("larger --headroom");
      assertThat(server.freezable.isFrozen()).isFalse();
      Moved moved = Migration.toEtcd(server, config, HEADROOM, told::add);
      assertThat(content(etcd)).isEqualTo(content(store)).hasSize((int) moved.keys());
      try (RangeCursor range = etcd.range("", "", 0)) {
        for (KeyValue kv = range.next(); kv != null; kv = range.next()) {
          assertThat(kv.modRevision()).as(kv.key()).isGreaterThan(store.currentRevision());
        }
      }
    }
  }

  @Test
  void whatIsWrittenToEtcdMeanwhileIsNotLost() throws Exception {
    try (EtcdRevisionStore etcd = etcd()) {
      fill(etcd, 200);
      Path data = scratch.resolve("data");
      assertThatThrownBy(
              () ->
                  Migration.fromEtcd(
                      config,
                      List.of(),
                      data,
                      line -> {
                        try {
                          // After the revision was chosen.
                          etcd.commit(List.of(new Op.Put("/registry/late", new byte[1], Op.ANY)));
                        } catch (RevisionConflictException | StoreException e) {
                          throw new IllegalStateException(e);
                        }
                      }))
          .hasMessageContaining("/registry/late was written while etcd was copied");
      assertThat(new DataDirectory(data).names()).isEmpty();
      assertThat(Migration.fromEtcd(config, List.of(), data, told::add).keys()).isEqualTo(201);
    }
  }

  @Test
  void aFolderIsMovedWithoutAServer() throws Exception {
    Map<String, String> content;
    try (RocksRevisionStore store = embedded("data")) {
      fill(store, 300);
      byte[] configMap =
          "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"}}"
              .getBytes(StandardCharsets.UTF_8);
      store.commit(List.of(new Op.Put("/registry/things/json", configMap, Op.ANY)));
      content = content(store);
    }
    Moved moved = Migration.toEtcd(scratch.resolve("data"), config, HEADROOM, told::add);
    assertThat(moved.keys()).isEqualTo(301);
    try (EtcdRevisionStore etcd = etcd()) {
      assertThat(content(etcd)).isEqualTo(content);
    }
  }
}
