package dev.rheo.store;

import dev.rheo.api.io.IoFailures;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Records the {@link RequiredFiles} of an open store. When RocksDB has begun a log or changed its
 * manifest, the next write replaces the record, synced; every other write only notes the new length
 * of the log, which takes two system calls.
 *
 * <p>A failure is logged and fails no write, because the write itself is safe; the record is then
 * older than it could be, and the next write tries again.
 *
 * <p>Thread-safe.
 */
final class FileRecorder implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger(FileRecorder.class.getName());

  private final Path directory;
  private final Path data;
  private final TreeMap<Long, Long> logs = new TreeMap<>();

  /** Not a channel, which an interrupt of the writing thread would close. */
  private @Nullable RandomAccessFile newest;

  private long newestLog;
  private boolean stale = true;
  private boolean failing;

  /**
   * @param directory the store's directory
   * @param data the directory of RocksDB's files
   */
  FileRecorder(Path directory, Path data) {
    this.directory = directory;
    this.data = data;
  }

  /**
   * Begins to record. RocksDB was just opened for writing, and has moved the content of all older
   * logs to other files.
   */
  synchronized void opened() {
    try {
      logs.clear();
      stale = true;
      replace();
      newest().setLength(0);
      failing = false;
    } catch (IOException e) {
      failed(e);
    }
  }

  /**
   * Records a write that was synced, while no other write runs.
   *
   * @param filesChanged whether RocksDB may have begun a log or changed its manifest since the last
   *     write
   */
  synchronized void wrote(Engine engine, boolean filesChanged) {
    stale |= filesChanged;
    try {
      if (stale) {
        newestLog = LogCheck.number(LogCheck.logs(data).getLast());
      }
      long bytes = Files.size(RequiredFiles.log(data, newestLog));
      logs.put(newestLog, bytes);
      RandomAccessFile out = newest();
      out.seek(0);
      out.write(new LogLength(newestLog, bytes).encode());
      if (stale) {
        logs.headMap(engine.leastLog()).clear();
        replace();
        stale = false;
      }
      failing = false;
    } catch (IOException | UncheckedIOException | RocksDBException e) {
      stale = true;
      failed(e);
    }
  }

  /** Forgets the logs that the store does not need any more: it is about to be closed. */
  synchronized void closing(Engine engine) throws RocksDBException {
    logs.headMap(engine.leastLog()).clear();
  }

  /** Records the manifest and the logs of a store that was closed. */
  @Override
  public synchronized void close() {
    try (RandomAccessFile _ = newest) {
      replace();
    } catch (IOException e) {
      failed(e);
    }
  }

  private RandomAccessFile newest() throws IOException {
    RandomAccessFile open = newest;
    if (open == null) {
      open = new RandomAccessFile(directory.resolve(LogLength.FILE).toFile(), "rw");
      newest = open;
    }
    return open;
  }

  private void replace() throws IOException {
    String name = RequiredFiles.current(data);
    long bytes = synced(data.resolve(name));
    Path temporary = directory.resolve(RequiredFiles.TEMPORARY);
    try (FileChannel out =
        FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      StoreDirectory.write(out, new RequiredFiles(name, bytes, logs).text());
    }
    Files.move(temporary, directory.resolve(RequiredFiles.FILE), StandardCopyOption.ATOMIC_MOVE);
    StoreDirectory.sync(directory);
  }

  /** The length of a file, all of whose bytes have been synced. */
  private static long synced(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long bytes = channel.size();
      channel.force(true);
      return bytes;
    }
  }

  private void failed(Exception e) {
    if (!failing) {
      failing = true;
      String why =
          e instanceof IOException io ? IoFailures.tell(io) : String.valueOf(e.getMessage());
      String message = "the lengths of the store's files are not recorded: " + why;
      SafeLog.log(LOGGER, System.Logger.Level.WARNING, message, null);
    }
  }
}
