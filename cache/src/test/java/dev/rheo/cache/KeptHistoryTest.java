package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process tells a later one of its history. */
class KeptHistoryTest {
  @TempDir Path directory;

  private KeptHistory.Left read() throws IOException {
    return KeptHistory.read(file());
  }

  private Path file() throws IOException {
    try (var files = Files.list(directory)) {
      List<Path> all = files.filter(KeptHistory::isNamed).toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  private static byte[] key(long revision) {
    return ("ns/p" + revision).getBytes(StandardCharsets.UTF_8);
  }

  private static void delete(KeptHistory history, long revision) throws IOException {
    history.deleted(revision, 7, key(revision));
    history.flush();
    history.applied(revision);
  }

  @Test
  void nothingIsWholeBeforeItBegins() throws Exception {
    KeptHistory history = new KeptHistory(directory, ChannelFile.FACTORY);
    delete(history, 5);
    assertThat(read().floor()).isEqualTo(KeptHistory.NONE);
    history.begin(3, 6, List.of());
    assertThat(read().floor()).isEqualTo(3);
    assertThat(read().applied()).isEqualTo(6);
    assertThat(read().deletions()).hasSize(1);
    history.restart();
    assertThat(read().floor()).isEqualTo(KeptHistory.NONE);
    history.begin(1, 10, List.of());
    assertThat(read().deletions()).as("they may be of another history").isEmpty();
  }

  @Test
  void whatIsNotAppliedOrBelowTheFloorIsNotTold() throws Exception {
    KeptHistory history = new KeptHistory(directory, ChannelFile.FACTORY);
    history.begin(1, 1, List.of());
    for (long revision = 2; revision <= 10; revision++) {
      delete(history, revision);
    }
    history.deleted(11, 7, key(11));
    history.flush();
    history.raise(4);
    history.raise(2);
    KeptHistory.Left left = read();
    assertThat(left.floor()).isEqualTo(4);
    assertThat(left.applied()).isEqualTo(10);
    assertThat(left.deletions())
        .extracting(KeptHistory.Deletion::revision)
        .containsExactly(5L, 6L, 7L, 8L, 9L, 10L);
    assertThat(left.deletions().getFirst().key()).isEqualTo(key(5));
  }

  @Test
  void aBatchThatFailedLeavesNothing() throws Exception {
    KeptHistory history = new KeptHistory(directory, ChannelFile.FACTORY);
    history.begin(1, 1, List.of());
    history.deleted(2, 7, key(2));
    history.rollback();
    delete(history, 3);
    assertThat(read().deletions()).extracting(KeptHistory.Deletion::revision).containsExactly(3L);
  }

  @Test
  void theFileGrowsWithTheHistoryAlone() throws Exception {
    KeptHistory history = new KeptHistory(directory, ChannelFile.FACTORY, 1000);
    history.begin(1, 1, List.of());
    for (long revision = 2; revision <= 1000; revision++) {
      delete(history, revision);
      history.raise(revision - 10);
      assertThat(Files.size(file())).isLessThan(2000);
    }
    assertThat(read().floor()).isEqualTo(990);
    assertThat(read().deletions()).hasSize(10);
    for (long revision = 1001; revision <= 2000; revision++) {
      delete(history, revision);
    }
    assertThat(read().deletions()).hasSize(1010);
  }

  /** If the floor could not be raised, a later process would miss what is removed. */
  @Test
  void aFloorThatCannotBeWrittenEndsTheHistory() throws Exception {
    FaultyFiles files = new FaultyFiles();
    KeptHistory history = new KeptHistory(directory, files);
    history.begin(1, 1, List.of());
    delete(history, 2);
    files.writesLeft.set(0);
    history.raise(2);
    files.writesLeft.set(Integer.MAX_VALUE);
    try (var left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
    delete(history, 3);
  }

  @Test
  void otherFilesAreNoHistory() throws Exception {
    Path path = directory.resolve("history-1");
    Files.writeString(path, "something else");
    assertThat(KeptHistory.read(path)).isEqualTo(KeptHistory.Left.NOTHING);
    assertThat(KeptHistory.read(directory.resolve("none"))).isEqualTo(KeptHistory.Left.NOTHING);
    Files.delete(path);
    KeptHistory history = new KeptHistory(directory, ChannelFile.FACTORY);
    history.begin(1, 1, List.of());
    delete(history, 2);
    delete(history, 3);
    try (FileChannel file = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 1);
    }
    assertThat(read().deletions()).hasSize(1);
    try (FileChannel file = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      int ignored = file.write(ByteBuffer.allocate(4).putInt(-1).flip(), 36);
    }
    assertThat(read().deletions()).isEmpty();
  }
}
