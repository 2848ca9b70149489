package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rheo.app.SnapshotFiles.Summary;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RocksRevisionStore;
import dev.rheo.store.RocksSettings;
import dev.rheo.store.StoreException;
import dev.rheo.store.snapshot.SnapshotReader;
import dev.rheo.testing.Await;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups as files, and of a server that runs. */
@Timeout(300)
class SnapshotFilesTest {
  private final long seed = Long.getLong("rheo.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @TempDir Path scratch;

  private Path data(String name, int keys, int size) throws Exception {
    Path data = scratch.resolve(name);
    DataDirectory directory = new DataDirectory(data);
    directory.make();
    try (RocksRevisionStore store =
        RocksRevisionStore.open(directory.store(), RocksSettings.defaults())) {
      for (int i = 0; i < keys; i += 50) {
        List<Op> ops = new ArrayList<>();
        for (int j = i; j < Math.min(keys, i + 50); j++) {
          byte[] value = new byte[size];
          random.nextBytes(value);
          ops.add(new Op.Put("/registry/k%07d".formatted(j), value, Op.ANY));
        }
        store.commit(ops);
      }
    }
    return data;
  }

  private static List<String> content(Path data) throws Exception {
    List<String> all = new ArrayList<>();
    try (RocksRevisionStore store =
            RocksRevisionStore.open(new DataDirectory(data).store(), RocksSettings.defaults());
        RangeCursor range = store.range("", "", 0)) {
      for (KeyValue kv = range.next(); kv != null; kv = range.next()) {
        all.add(kv.key() + " " + kv.modRevision() + " " + Arrays.hashCode(kv.value()));
      }
    }
    return all;
  }

  @Test
  void aFolderIsSavedAndRestored() throws Exception {
    Path data = data("old", 500, 300);
    Path file = scratch.resolve("file");
    Summary saved = SnapshotFiles.save(data, file);
    assertThat(saved.keys()).isEqualTo(500);
    assertThat(saved.bytes()).isEqualTo(Files.size(file));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(SnapshotFiles.status(file)).isEqualTo(saved);
    Path restored = scratch.resolve("a/b/new");
    assertThat(SnapshotFiles.restore(file, restored, 1000)).isEqualTo(saved);
    assertThat(content(restored)).isEqualTo(content(data)).hasSize(500);
    try (Stream<Path> parts = Files.list(restored)) {
      assertThat(parts.map(p -> p.getFileName().toString())).containsExactly("store");
    }
    new DataDirectory(restored).requireUsable();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(restored)))
        .isEqualTo("rwx------");
    assertThatThrownBy(() -> SnapshotFiles.restore(file, restored, 0))
        .hasMessageContaining("is not empty, it holds store");
    assertThat(content(restored)).hasSize(500);
    try (RocksRevisionStore store =
        RocksRevisionStore.open(new DataDirectory(restored).store(), RocksSettings.defaults())) {
      assertThat(store.currentRevision()).isEqualTo(saved.revision() + 1000);
    }
  }

  @Test
  void whatIsTornIsNeitherSavedNorRestored() throws Exception {
    Path data = data("old", 200, 100);
    Path file = scratch.resolve("file");
    Summary ignored = SnapshotFiles.save(data, file);
    byte[] whole = Files.readAllBytes(file);
    byte[] torn = Arrays.copyOf(whole, whole.length / 2);
    Path other = scratch.resolve("other");
    assertThatThrownBy(() -> SnapshotFiles.save(new ByteArrayInputStream(torn), other))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("the server's snapshot is damaged: it ends at byte");
    assertThat(other).doesNotExist();
    // What was there before stays.
    assertThatThrownBy(() -> SnapshotFiles.save(new ByteArrayInputStream(torn), file))
        .isInstanceOf(SnapshotException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    Path cut = Files.write(scratch.resolve("cut"), torn);
    assertThatThrownBy(() -> SnapshotFiles.status(cut)).hasMessageContaining(cut + " is damaged");
    Path target = scratch.resolve("target");
    assertThatThrownBy(() -> SnapshotFiles.restore(cut, target, 0))
        .hasMessageContaining(cut + " is damaged");
    try (Stream<Path> left = Files.list(target)) {
      assertThat(left).isEmpty();
    }
    assertThat(SnapshotFiles.restore(file, target, 0).keys()).isEqualTo(200);
    assertThatThrownBy(() -> SnapshotFiles.status(scratch.resolve("none")))
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> SnapshotFiles.save(scratch.resolve("none"), scratch.resolve("x")))
        .hasMessageContaining("there is no store");
    assertThat(scratch.resolve("none")).doesNotExist();
  }

  @Test
  void whatIsNoFileIsNotReplacedAndALinkIsFollowed() throws Exception {
    Path data = data("old", 20, 100);
    Path pipe = scratch.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> SnapshotFiles.save(data, pipe)).hasMessage(pipe + " is not a file");
    assertThat(Files.readAttributes(pipe, "isOther")).containsEntry("isOther", true);
    Path real = Files.createDirectory(scratch.resolve("mount")).resolve("real");
    Files.writeString(real, "old", StandardCharsets.UTF_8);
    Path link = Files.createSymbolicLink(scratch.resolve("link"), real);
    Summary saved = SnapshotFiles.save(data, link);
    assertThat(link).isSymbolicLink();
    assertThat(SnapshotFiles.status(real)).isEqualTo(saved);
    assertThatThrownBy(() -> SnapshotFiles.save(data, Path.of("")))
        .hasMessage("the file needs a name");
  }

  /** Else one would give the other's unfinished file its name. */
  @Test
  void twoDoNotWriteOneFile() throws Exception {
    Path data = data("old", 200, 100);
    Path file = scratch.resolve("file");
    Summary first = SnapshotFiles.save(data, file);
    byte[] whole = Files.readAllBytes(file);
    InputStream interrupted =
        new InputStream() {
          private int read;

          @Override
          public int read() throws IOException {
            if (read == whole.length / 2) {
              assertThatThrownBy(() -> SnapshotFiles.save(new ByteArrayInputStream(whole), file))
                  .hasMessageContaining("file.part is being written");
            }
            return read == whole.length ? -1 : whole[read++] & 0xff;
          }
        };
    assertThat(SnapshotFiles.save(interrupted, file)).isEqualTo(first);
    assertThat(SnapshotFiles.status(file)).isEqualTo(first);
    // What a killed process left behind is in nobody's way, and as private as what is new.
    Path part = scratch.resolve("file.part");
    Files.write(part, new byte[10 * whole.length]);
    assertThat(SnapshotFiles.save(data, file)).isEqualTo(first);
    assertThat(part).doesNotExist();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aFullDiskIsNotTheServersFault() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")));
    Path data = data("old", 200, 100);
    Path file = scratch.resolve("file");
    Summary ignored = SnapshotFiles.save(data, file);
    byte[] whole = Files.readAllBytes(file);
    try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"));
        InputStream copied =
            new SnapshotFiles.Copied(
                new ByteArrayInputStream(whole), new SnapshotFiles.ToFile(full))) {
      assertThatThrownBy(() -> new SnapshotReader(copied, "the server's snapshot"))
          .isInstanceOfSatisfying(
              StoreException.class,
              e ->
                  assertThat(SnapshotFiles.failed(e, file))
                      .hasMessage("cannot write %s: No space left on device".formatted(file)));
    }
  }

  /** After each kill a server refuses the directory, or all of it is there. */
  @Test
  void aRestoreThatIsKilledLeavesNothingThatAServerWouldServe() throws Exception {
    Path data = data("old", 40_000, 1000);
    Path file = scratch.resolve("file");
    Summary ignored = SnapshotFiles.save(data, file);
    List<String> content = content(data);
    int refused = 0;
    int whole = 0;
    for (int run = 0; run < 8; run++) {
      Path target = scratch.resolve("target" + run);
      Files.createDirectory(target);
      boolean complete = restoreUntilKilled(file, target, run == 7 ? 60_000 : random.nextInt(700));
      if (new DataDirectory(target).names().isEmpty()) {
        continue; // killed before it began
      }
      try {
        new DataDirectory(target).requireUsable();
        assertThat(content(target)).isEqualTo(content);
        whole++;
      } catch (ServerStartException e) {
        assertThat(complete).isFalse();
        assertThat(e).hasMessageContaining("a restore into " + target + " was broken off: delete");
        assertThatThrownBy(() -> Server.start(ServerConfig.onLoopback(target, StoreKind.ROCKSDB)))
            .hasMessage(e.getMessage());
        assertThatThrownBy(() -> SnapshotFiles.restore(file, target, 0))
            .hasMessageContaining("is not empty");
        refused++;
      }
    }
    System.out.printf("seed %d: %d refused, %d whole%n", seed, refused, whole);
    assertThat(refused).isPositive();
    assertThat(whole).isPositive();
  }

  /** Returns whether it said that it was done. */
  private static boolean restoreUntilKilled(Path file, Path target, int millis) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx20m", // half of what the file holds
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RestoreUntilKilled.class.getName(),
                file.toString(),
                target.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("begun");
      boolean ended = process.waitFor(millis, java.util.concurrent.TimeUnit.MILLISECONDS);
      process.toHandle().destroyForcibly();
      process.waitFor();
      return ended && String.valueOf(out.readLine()).startsWith("restored");
    }
  }

  // --- A server that runs.

  private HttpResponse<InputStream> ask(Server server, Path data, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create("https://127.0.0.1:" + server.address().getPort() + SnapshotFiles.PATH));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpClient client = TestClients.trusting(data);
    return client.send(request.build(), BodyHandlers.ofInputStream());
  }

  private Server start(Path data, StoreKind kind) throws Exception {
    Path tokens = scratch.resolve("tokens.csv");
    Files.writeString(
        tokens, "boss,admin,1,\"system:masters\"\nmere,user,2\n", StandardCharsets.UTF_8);
    Server server = Server.start(TestConfig.of(data, kind, 0, data.resolve("kubeconfig"), tokens));
    Await.until("ready", () -> server.awaitReady(Duration.ofMillis(100)));
    return server;
  }

  @Test
  void aRunningServerSavesItsStoreForAdministratorsAlone() throws Exception {
    Path data = data("old", 3000, 2000);
    Server server = start(data, StoreKind.ROCKSDB);
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer = null;
    try {
      assertThat(ask(server, data, "").statusCode()).isEqualTo(401);
      assertThat(ask(server, data, "mere").statusCode()).isEqualTo(403);
      assertThatThrownBy(() -> SnapshotFiles.save(data, scratch.resolve("locked")))
          .hasMessageContaining("in use");
      HttpClient client = TestClients.trusting(data);
      URI maps =
          URI.create(
              "https://127.0.0.1:%d/api/v1/namespaces/default/configmaps"
                  .formatted(server.address().getPort()));
      writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; !stop.get(); i++) {
                      try {
                        client.send(
                            HttpRequest.newBuilder(maps)
                                .header("Authorization", "Bearer boss")
                                .header("Content-Type", "application/json")
                                .POST(
                                    HttpRequest.BodyPublishers.ofString(
                                        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m%d\"}}"
                                            .formatted(i)))
                                .build(),
                            BodyHandlers.discarding());
                      } catch (Exception e) {
                        return;
                      }
                    }
                  });
      long before = 0;
      for (int i = 0; i < 5; i++) {
        Path file = scratch.resolve("file" + i);
        try (InputStream body = begun(server, data)) {
          if (i == 0) {
            // It is not read yet, so it is not over.
            assertThat(ask(server, data, "boss").statusCode()).isEqualTo(429);
          }
          Summary saved = SnapshotFiles.save(body, file);
          assertThat(saved.keys()).isGreaterThan(3000);
          assertThat(saved.revision()).isGreaterThan(before);
          before = saved.revision();
        }
      }
      // A peer that leaves does not keep others out.
      begun(server, data).close();
      begun(server, data).close();
    } finally {
      stop.set(true);
      if (writer != null) {
        writer.join();
      }
      server.shutdown(Duration.ofSeconds(20));
    }
    Path restored = scratch.resolve("new");
    Summary summary = SnapshotFiles.restore(scratch.resolve("file4"), restored, 1_000_000_000);
    assertThat(content(restored)).hasSize((int) summary.keys());
    Server again = start(restored, StoreKind.ROCKSDB);
    try {
      HttpClient client = TestClients.trusting(restored);
      String base =
          "https://127.0.0.1:%d/api/v1/namespaces/default/configmaps"
              .formatted(again.address().getPort());
      HttpResponse<String> list =
          client.send(
              HttpRequest.newBuilder(URI.create(base + "/m0"))
                  .header("Authorization", "Bearer boss")
                  .build(),
              BodyHandlers.ofString());
      assertThat(list.statusCode()).isEqualTo(200);
      // Who has seen a revision that the file has not must list again.
      HttpResponse<String> watch =
          client.send(
              HttpRequest.newBuilder(
                      URI.create(base + "?watch=1&resourceVersion=" + (summary.revision() + 500)))
                  .header("Authorization", "Bearer boss")
                  .build(),
              BodyHandlers.ofString());
      assertThat(watch.body()).contains("\"code\":410");
    } finally {
      again.shutdown(Duration.ofSeconds(20));
    }
  }

  /** A snapshot that the server sends, as soon as the one before is over. */
  private InputStream begun(Server server, Path data) {
    AtomicReference<InputStream> body = new AtomicReference<>();
    Await.until(
        "the next may begin",
        () -> {
          HttpResponse<InputStream> answer = ask(server, data, "boss");
          assertThat(answer.statusCode()).isIn(200, 429);
          if (answer.statusCode() == 429) {
            answer.body().close();
            return false;
          }
          body.set(answer.body());
          return true;
        });
    return body.get();
  }

  @Test
  void aStoreInMemoryHasNoSnapshots() throws Exception {
    Path data = scratch.resolve("memory");
    Server server = start(data, StoreKind.MEMORY);
    try {
      HttpResponse<InputStream> answer = ask(server, data, "boss");
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8))
          .contains("only the embedded store has snapshots");
    } finally {
      server.shutdown(Duration.ofSeconds(5));
    }
  }
}
