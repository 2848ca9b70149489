package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.MemoryRevisionStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncryptedFileTest {
  @TempDir Path directory;
  private final SpoolFile.Factory files = EncryptedFile.on(ChannelFile::create, new SecureRandom());

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static byte[] read(SpoolFile file, int position, int length) throws Exception {
    ByteBuffer into = ByteBuffer.allocateDirect(length + 5).position(5);
    int read = file.read(into, position, true);
    assertThat(read).isEqualTo(length);
    assertThat(into.position()).isEqualTo(length + 5);
    byte[] bytes = new byte[length];
    into.position(5).get(bytes);
    return bytes;
  }

  @Test
  void anyPartIsReadAsItWasWritten() throws Exception {
    Random random = new Random(1);
    byte[] content = new byte[100_003];
    random.nextBytes(content);
    SpoolFile file = files.create(directory.resolve("file"));
    for (int at = 0; at < content.length; ) {
      int length = Math.min(content.length - at, 1 + random.nextInt(40_000));
      ByteBuffer part = direct(java.util.Arrays.copyOfRange(content, at, at + length));
      file.write(part, at);
      assertThat(part.hasRemaining()).isFalse();
      at += length;
    }
    for (int i = 0; i < 500; i++) {
      int from = random.nextInt(content.length);
      int length = 1 + random.nextInt(content.length - from);
      assertThat(read(file, from, length))
          .isEqualTo(java.util.Arrays.copyOfRange(content, from, from + length));
    }
    file.close();
  }

  @Test
  void filesHoldNoPlainTextAndShareNoKeyStream() throws Exception {
    byte[] zeros = new byte[4096];
    byte[][] onDisk = new byte[2][];
    for (int i = 0; i < 2; i++) {
      Path path = directory.resolve("file-" + i);
      SpoolFile file = files.create(path);
      file.write(direct(zeros), 0);
      onDisk[i] = Files.readAllBytes(path);
      assertThat(onDisk[i]).hasSize(4096);
      assertThat(read(file, 0, 4096)).isEqualTo(zeros);
      file.close();
    }
    // Of zeros, the cipher text is the key stream.
    for (int at = 0; at < 4096; at += 16) {
      ByteBuffer one = ByteBuffer.wrap(onDisk[0], at, 16).slice();
      assertThat(one).isNotEqualTo(ByteBuffer.wrap(onDisk[1], at, 16).slice());
      if (at > 0) {
        assertThat(one).isNotEqualTo(ByteBuffer.wrap(onDisk[0], at - 16, 16).slice());
      }
    }
  }

  @Test
  void aCacheWithEncryptionLeavesNoPlainTextInItsFiles() throws Exception {
    String marker = "marker-of-plain-text";
    for (boolean encrypted : List.of(false, true)) {
      Path spool = directory.resolve("spool-" + encrypted);
      CacheSettings settings = encrypted ? World.small().withEncryption() : World.small();
      try (MemoryRevisionStore store = new MemoryRevisionStore();
          WatchCache cache = new WatchCache(store, spool, List.of(Objects.PODS), settings)) {
        cache.start();
        for (int i = 0; i < 200; i++) {
          long ignored =
              store.commit(
                  List.of(
                      new dev.rheo.store.RevisionStore.Op.Put(
                          "/registry/pods/ns/p" + i,
                          Objects.pod("ns", "p" + i, "a", "n", marker.repeat(100)),
                          -1)));
        }
        World.until(cache::ready);
        assertThat(cache.awaitRevision(store.currentRevision(), World.LONG)).isTrue();
        for (int i = 0; i < 200; i++) {
          Entry entry = cache.resource("pods").get("ns/p" + i);
          assertThat(new String(new FormReader(cache).readFully(entry), StandardCharsets.UTF_8))
              .contains(marker.repeat(100));
        }
        assertThat(found(spool, marker)).isEqualTo(!encrypted);
      }
    }
  }

  private static boolean found(Path directory, String marker) throws Exception {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        if (Files.readString(path, StandardCharsets.ISO_8859_1).contains(marker)) {
          return true;
        }
      }
    }
    return false;
  }
}
