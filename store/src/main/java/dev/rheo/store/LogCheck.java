package dev.rheo.store;

import dev.rheo.api.io.IoFailures;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Distinguishes an incomplete end, as a crash leaves it, from damage in the write-ahead log and the
 * manifest. It runs before RocksDB opens them, because RocksDB silently skips both.
 */
final class LogCheck {
  private static final System.Logger LOG = System.getLogger(LogCheck.class.getName());

  private LogCheck() {}

  /**
   * Returns whether the write-ahead log ends in an incomplete record, and logs such an end of it or
   * of the manifest.
   *
   * @throws StoreException if the log or the manifest is damaged
   */
  static boolean endsIncomplete(Path directory) throws StoreException {
    try {
      Path manifest = directory.resolve(RequiredFiles.current(directory));
      tell(RecordLog.read(manifest).tail());
      return tell(tailOfLogs(directory));
    } catch (IOException e) {
      throw new StoreException(
          "the log of the store in %s cannot be read: %s".formatted(directory, IoFailures.tell(e)),
          e);
    }
  }

  private static RecordLog.@Nullable Tail tailOfLogs(Path directory)
      throws IOException, StoreException {
    RecordLog.Tail tail = null;
    for (Path log : logs(directory)) {
      RecordLog.Contents contents = RecordLog.read(log);
      if (tail != null && contents.any()) {
        throw RecordLog.damagedBefore(tail, log);
      }
      tail = tail == null ? contents.tail() : tail;
    }
    return tail;
  }

  /** The write-ahead logs in a directory, oldest first. */
  static List<Path> logs(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().matches("\\d+\\.log"))
          .sorted(Comparator.comparingLong(LogCheck::number))
          .toList();
    }
  }

  private static boolean tell(RecordLog.@Nullable Tail tail) {
    if (tail == null) {
      return false;
    }
    LOG.log(
        Level.WARNING,
        "{0} ends at byte {1} in {2} bytes of an incomplete record, which is cut off: a crash leaves"
            + " it, and then it was never acknowledged; if nothing crashed, acknowledged writes after"
            + " it may be lost",
        tail.file(),
        Long.toString(tail.at()),
        Long.toString(tail.bytes()));
    return true;
  }

  /** The number in the name of a log. */
  static long number(Path log) {
    String name = log.getFileName().toString();
    return Long.parseLong(name.substring(0, name.length() - ".log".length()));
  }
}
