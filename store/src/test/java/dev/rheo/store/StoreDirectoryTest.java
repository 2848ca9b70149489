package dev.rheo.store;

import static dev.rheo.store.RevisionStoreContract.put;
import static dev.rheo.store.RevisionStoreContract.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.RevisionStore.Op;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which directories are opened or refused, and that a refused one stays as it was. */
@Timeout(120)
class StoreDirectoryTest {
  @TempDir Path temp;
  private Path directory;

  @BeforeEach
  void choose() {
    directory = temp.resolve("store");
  }

  // --- exclusive use

  @Test
  void aSecondOpeningInTheProcessIsRefused() throws Exception {
    try (RocksRevisionStore store = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("in use")
          .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
      store.commit(List.of(put("a", "1")));
      // The refusal must not have released the lock.
      assertThat(ownerByAnotherProcess()).contains("" + ProcessHandle.current().pid());
    }
    try (RocksRevisionStore again = open()) {
      assertThat(again.currentRevision()).isEqualTo(2);
    }
  }

  @Test
  void aSecondProcessIsRefusedAndToldWhoHoldsIt() throws Exception {
    try (ChildJvm holder = ChildJvm.start(Holder.class, directory)) {
      assertThat(holder.out.readLine()).isEqualTo("open");
      TreeMap<String, String> before = contents(directory);
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("in use by process " + holder.process.pid())
          .hasMessageContaining(" on host ");
      assertThat(contents(directory)).isEqualTo(before);
    }
    open().close();
  }

  private String ownerByAnotherProcess() throws Exception {
    try (ChildJvm holder = ChildJvm.start(Holder.class, directory)) {
      return holder.out.readLine();
    }
  }

  /** Opens the store and holds it until killed, or prints why it cannot. */
  static final class Holder {
    public static void main(String[] args) throws Exception {
      try {
        RocksRevisionStore.open(Path.of(args[0]), RocksSettings.defaults());
        System.out.println("open");
        Thread.sleep(Long.MAX_VALUE);
      } catch (StoreException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  // --- foreign directories

  @Test
  void aDirectoryWithOtherFilesIsRefused() throws Exception {
    Files.createDirectory(directory);
    Files.writeString(directory.resolve("notes.txt"), "mine");
    assertRefused("notes.txt");
  }

  @Test
  void aStoreWithOtherFilesBesideItIsRefused() throws Exception {
    fill();
    Files.writeString(directory.resolve("notes.txt"), "mine");
    assertRefused("notes.txt");
    Files.delete(directory.resolve("notes.txt"));
    Files.writeString(directory.resolve("data/notes.txt"), "mine");
    assertRefused("notes.txt");
  }

  @Test
  void anotherDatabaseIsRefused() throws Exception {
    fill();
    Path other = temp.resolve("other");
    Files.move(directory.resolve("data"), other);
    Files.delete(other.resolve("rheo.format"));
    directory = other;
    assertRefused("is not a store's directory");
  }

  @Test
  void dataWithoutFormatIsRefused() throws Exception {
    fill();
    Files.delete(directory.resolve("data/rheo.format"));
    assertRefused("rheo.format");
  }

  @Test
  void anotherFormatIsRefused() throws Exception {
    fill();
    Path format = directory.resolve("data/rheo.format");
    Files.writeString(format, Files.readString(format).replace("format 1", "format 2"));
    assertRefused("format 2", "format 1");
    Files.writeString(format, "garbage");
    assertRefused("damaged");
    Files.write(format, new byte[0]);
    assertRefused("damaged");
  }

  @Test
  void anotherStoresDataIsRefused() throws Exception {
    fill();
    Path format = directory.resolve("data/rheo.format");
    Files.writeString(format, "rheo store\nformat 1\nid 00000000-0000-0000-0000-000000000000\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("belongs to store");
  }

  @Test
  void aFileIsRefused() throws Exception {
    Files.writeString(directory, "not a directory");
    assertThatThrownBy(this::open).isInstanceOf(StoreException.class);
    assertThat(directory).hasContent("not a directory");
  }

  @Test
  void aForeignLockIsRefused() throws Exception {
    Files.createDirectory(directory);
    Files.writeString(directory.resolve("rheo.lock"), "something else\n");
    assertRefused("rheo.lock");
  }

  // --- damage

  @Test
  void aBadCurrentIsRefused() throws Exception {
    fill();
    Path current = directory.resolve("data/CURRENT");
    byte[] right = Files.readAllBytes(current);
    for (String wrong : List.of("", "garbage", "MANIFEST-999999\n", "MANIFEST-000001")) {
      Files.writeString(current, wrong);
      assertRefused("damaged");
    }
    Files.delete(current);
    assertRefused("damaged");
    Files.write(current, right);
    assertIntact();
  }

  @Test
  void aBadManifestIsRefused() throws Exception {
    fill();
    Path manifest = only("MANIFEST-.*");
    byte[] right = Files.readAllBytes(manifest);
    for (int at : new int[] {0, 10, right.length / 2, right.length - 3}) {
      byte[] wrong = right.clone();
      wrong[at] ^= 0x55;
      Files.write(manifest, wrong);
      assertRefused("damaged");
    }
    Files.write(manifest, new byte[0]);
    assertRefused("");
    Files.write(manifest, right);
    assertIntact();
  }

  @Test
  void aMissingOrShortTableIsRefused() throws Exception {
    fill();
    open().close();
    Path table = files(".*\\.sst").getFirst();
    byte[] right = Files.readAllBytes(table);
    Files.write(table, Arrays.copyOf(right, right.length / 2));
    assertRefused("damaged");
    Files.delete(table);
    assertRefused("");
    Files.write(table, right);
    assertIntact();
  }

  @Test
  void aBadRecordAmidTheLogIsRefused() throws Exception {
    fill();
    Path log = only("\\d+\\.log");
    byte[] right = Files.readAllBytes(log);
    // Every byte of the first record's header, and some other bytes.
    List<Integer> places = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6));
    for (int at = 20; at < right.length * 9 / 10; at += right.length / 19) {
      places.add(at);
    }
    for (int at : places) {
      byte[] wrong = right.clone();
      wrong[at] ^= 0x55;
      Files.write(log, wrong);
      assertRefused("damaged");
    }
    Files.write(log, right);
    assertIntact();
  }

  @Test
  void aDamagedOrMissingFileOfLargeValuesIsRefused() throws Exception {
    byte[] large = new byte[100_000];
    new Random(1).nextBytes(large);
    try (RocksRevisionStore store = open()) {
      store.commit(List.of(new Op.Put("large", large, Op.ANY), put("a", "1")));
    }
    open().close();
    Path blob = only("\\d+\\.blob");
    byte[] right = Files.readAllBytes(blob);
    byte[] wrong = right.clone();
    wrong[wrong.length / 2] ^= 0x55;
    Files.write(blob, wrong);
    assertRefused("damaged", blob.getFileName().toString());
    Files.delete(blob);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("a blob file is missing");
    Files.write(blob, right);
    try (RocksRevisionStore store = open()) {
      assertThat(store.get("large", 0).value()).isEqualTo(large);
    }
  }

  @Test
  void brokenFilesThatACrashLeftAreNotTheStores() throws Exception {
    fill();
    open().close();
    for (String name : List.of("900001.sst", "900002.blob")) {
      Files.write(directory.resolve("data").resolve(name), new byte[5000]);
    }
    assertIntact();
    assertIntact();
  }

  // --- leftovers of a crash

  @Test
  void aTornEndOfTheLogLosesNothingBeforeIt() throws Exception {
    Path original = temp.resolve("original");
    try (RocksRevisionStore store = open()) {
      fill(store);
      // A store that was closed knows how long its log must be.
      copy(directory, original);
    }
    directory = original;
    byte[] whole = Files.readAllBytes(only("\\d+\\.log"));
    long last = Long.MAX_VALUE;
    for (int cut = whole.length; cut > 0; cut -= 1 + whole.length / 23) {
      last = assertPrefix(original, Arrays.copyOf(whole, cut), last);
    }
    assertThat(last).isLessThan(10);
  }

  @Test
  void anUnwrittenEndOfTheLogIsCutOffAndAGarbledOneIsRefused() throws Exception {
    fill();
    byte[] whole = Files.readAllBytes(only("\\d+\\.log"));
    Path original = temp.resolve("original");
    copy(directory, original);
    byte[] garbled = whole.clone();
    garbled[garbled.length - 5] ^= 0x55;
    Files.write(only("\\d+\\.log"), garbled);
    assertRefused("damaged", only("\\d+\\.log").toString(), "its last");
    byte[] zeroed = whole.clone();
    Arrays.fill(zeroed, (zeroed.length - 17) / 512 * 512, zeroed.length, (byte) 0);
    assertThat(assertPrefix(original, zeroed, Long.MAX_VALUE)).isEqualTo(FILLED - 1);
    byte[] longer = Arrays.copyOf(whole, whole.length + 100_000);
    assertThat(assertPrefix(original, longer, Long.MAX_VALUE)).isEqualTo(FILLED);
  }

  @Test
  void aTornRecordOfManyBlocksIsCutOffWhateverOfItIsThere() throws Exception {
    fill();
    Path original = temp.resolve("original");
    byte[] large = new byte[500_000];
    new Random(1).nextBytes(large);
    try (RocksRevisionStore store = open()) {
      store.commit(List.of(put("three", "1")));
      store.commit(List.of(new Op.Put("large", large, Op.ANY)));
    }
    copy(directory, original);
    byte[] whole = Files.readAllBytes(only("\\d+\\.log"));
    // Loss of power may leave any of the pages unwritten.
    for (int page = 1; page < whole.length / 4096; page += 11) {
      byte[] holed = whole.clone();
      Arrays.fill(holed, page * 4096, page * 4096 + 4096, (byte) 0);
      directory = Files.createTempDirectory(temp, "holed");
      copy(original, directory);
      Files.write(only("\\d+\\.log"), holed);
      try (RocksRevisionStore store = open()) {
        assertThat(store.currentRevision()).isEqualTo(FILLED + 1);
        assertThat(store.get("large", 0)).isNull();
        assertThat(text(store.get("three", 0))).isEqualTo("three=1@42 since 42");
      }
    }
  }

  @Test
  void aStoreWhoseMakingWasInterruptedIsMadeAgain() throws Exception {
    Files.createDirectories(directory.resolve("data.new/half"));
    assertRefused("data.new");
    Files.createFile(directory.resolve("rheo.lock"));
    Files.writeString(directory.resolve("data.new/half/CURRENT"), "");
    try (RocksRevisionStore store = open()) {
      assertThat(store.currentRevision()).isEqualTo(1);
    }
    assertThat(directory.resolve("data.new")).doesNotExist();
  }

  @Test
  void whatWasReadableStaysSoAcrossARestart() throws Exception {
    try (RocksRevisionStore store = open()) {
      for (int i = 0; i < 10; i++) {
        store.commit(List.of(put("a", "" + i)));
      }
      store.commit(List.of(new Op.Delete("a", Op.ANY)));
      store.compact(store.currentRevision());
    }
    try (RocksRevisionStore store = open()) {
      assertThat(store.currentRevision()).isEqualTo(12);
      assertThat(store.compactedRevision()).isEqualTo(12);
      assertThat(store.stats().keys()).isZero();
      assertThat(store.commit(List.of(put("b", "1")))).isEqualTo(13);
    }
    try (RocksRevisionStore store = open()) {
      assertThat(text(store.get("b", 13))).isEqualTo("b=1@13 since 13");
    }
  }

  @Test
  void theDirectoriesMadeAreSyncedToTheirParents() throws Exception {
    directory = temp.resolve("a/b/store");
    Path forced = temp.resolve("forced.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.FileForce").withoutThreshold().with("throttle", "off");
      recording.start();
      open().close();
      recording.stop();
      recording.dump(forced);
    }
    assertThat(RecordingFile.readAllEvents(forced))
        .extracting(event -> event.getString("path"))
        .containsSubsequence(temp.toString(), temp.resolve("a").toString())
        .contains(temp.resolve("a/b").toString())
        .doesNotContain(temp.getParent().toString());
  }

  // --- helpers

  /** The revision at which {@link #fill} ends. */
  private static final long FILLED = 41;

  private RocksRevisionStore open() throws StoreException {
    return RocksRevisionStore.open(directory, RocksSettings.defaults());
  }

  private void fill() throws Exception {
    try (RocksRevisionStore store = open()) {
      fill(store);
    }
  }

  private static void fill(RocksRevisionStore store) throws Exception {
    for (int i = 2; i <= FILLED; i++) {
      store.commit(List.of(put("one", "v" + i), put("two", "v" + i + "x".repeat(1000))));
    }
  }

  private void assertIntact() throws Exception {
    try (RocksRevisionStore store = open()) {
      assertThat(store.currentRevision()).isEqualTo(FILLED);
      assertThat(text(store.get("one", 0)))
          .isEqualTo("one=v%d@%d since 2".formatted(FILLED, FILLED));
    }
  }

  /** Opens a store with another log and checks that it holds a prefix of the commits. */
  private long assertPrefix(Path original, byte[] log, long atMost) throws Exception {
    directory = Files.createTempDirectory(temp, "cut");
    copy(original, directory);
    Files.write(only("\\d+\\.log"), log);
    // As after a loss of power: what is there of the log was all that was synced.
    Files.delete(directory.resolve(LogLength.FILE));
    try (RocksRevisionStore store = open()) {
      long last = store.currentRevision();
      assertThat(last).isLessThanOrEqualTo(Math.min(atMost, FILLED));
      for (long revision = 2; revision <= last; revision++) {
        assertThat(text(store.get("one", revision)))
            .isEqualTo("one=v%d@%d since 2".formatted(revision, revision));
        assertThat(text(store.get("two", revision))).startsWith("two=v" + revision + "xxx");
      }
      assertThat(store.commit(List.of(put("three", "1")))).isEqualTo(last + 1);
      return last;
    }
  }

  private void assertRefused(String... words) throws Exception {
    TreeMap<String, String> before = contents(directory);
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContainingAll(words);
    assertThat(contents(directory)).isEqualTo(before);
  }

  private List<Path> files(String pattern) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("data"))) {
      return files.filter(f -> f.getFileName().toString().matches(pattern)).sorted().toList();
    }
  }

  private Path only(String pattern) throws IOException {
    assertThat(files(pattern)).hasSize(1);
    return files(pattern).getFirst();
  }

  private static TreeMap<String, String> contents(Path directory) throws IOException {
    TreeMap<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        contents.put(
            directory.relativize(file).toString(),
            Files.isDirectory(file)
                ? "directory"
                : HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(dir).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
