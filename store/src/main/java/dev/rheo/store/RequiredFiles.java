package dev.rheo.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * The files that hold the acknowledged commits, each with the length that it has at least:
 * RocksDB's manifest and its write-ahead logs. {@link FileRecorder} records them while the store is
 * open.
 *
 * <p>RocksDB takes a log that is missing, and a manifest or log that was cut between two records,
 * as complete: it opens an older state and deletes the files that this state does not name.
 *
 * <p>The lengths are lower bounds, and the records may be missing or old. Each has a checksum; a
 * damaged one is ignored.
 *
 * @param manifest the name of the manifest, or empty if none was recorded
 * @param manifestBytes the length of the manifest
 * @param logs the logs by number, and their lengths
 */
record RequiredFiles(String manifest, long manifestBytes, NavigableMap<Long, Long> logs) {
  /** The record that is replaced as a whole. */
  static final String FILE = "rheo.manifest";

  static final String TEMPORARY = "rheo.manifest.new";

  private static final Pattern TEXT =
      Pattern.compile(
          "rheo manifest\n(MANIFEST-\\d{1,18})\nbytes (\\d{1,18})\n"
              + "((?:log \\d{1,18} \\d{1,18}\n)*)sum (\\d{1,10})\n");

  private static final System.Logger LOGGER = System.getLogger(RequiredFiles.class.getName());

  RequiredFiles {
    logs = Collections.unmodifiableNavigableMap(new TreeMap<>(logs));
  }

  /** Reads what was recorded in a store's directory. */
  static RequiredFiles read(Path directory) throws IOException {
    RequiredFiles replaced = parse(directory.resolve(FILE));
    LogLength newest = LogLength.read(directory.resolve(LogLength.FILE));
    if (newest == null) {
      return replaced;
    }
    TreeMap<Long, Long> logs = new TreeMap<>(replaced.logs);
    logs.merge(newest.log(), newest.bytes(), Math::max);
    return new RequiredFiles(replaced.manifest, replaced.manifestBytes, logs);
  }

  private static RequiredFiles parse(Path file) throws IOException {
    Matcher record;
    try {
      record = TEXT.matcher(StoreDirectory.readText(file));
    } catch (NoSuchFileException e) {
      return new RequiredFiles("", 0, new TreeMap<>());
    }
    if (!record.matches()
        || !record.group(4).equals(sum(record.group(1), record.group(2), record.group(3)))) {
      ignored(file);
      return new RequiredFiles("", 0, new TreeMap<>());
    }
    TreeMap<Long, Long> logs = new TreeMap<>();
    for (String line : record.group(3).lines().toList()) {
      String[] words = line.split(" ", -1);
      logs.put(Long.parseLong(words[1]), Long.parseLong(words[2]));
    }
    return new RequiredFiles(record.group(1), Long.parseLong(record.group(2)), logs);
  }

  static void ignored(Path file) {
    LOGGER.log(System.Logger.Level.WARNING, "{0} is not what was written, and is ignored", file);
  }

  /** The text of the record that is replaced as a whole. */
  byte[] text() {
    String bytes = Long.toString(manifestBytes);
    String lines =
        logs.entrySet().stream()
            .map(log -> "log " + log.getKey() + ' ' + log.getValue() + '\n')
            .collect(Collectors.joining());
    return "rheo manifest\n%s\nbytes %s\n%ssum %s\n"
        .formatted(manifest, bytes, lines, sum(manifest, bytes, lines))
        .getBytes(UTF_8);
  }

  private static String sum(String manifest, String bytes, String logs) {
    CRC32C sum = new CRC32C();
    sum.update((manifest + ' ' + bytes + logs).getBytes(UTF_8));
    return Long.toString(sum.getValue());
  }

  /**
   * Checks the manifest. Changes nothing.
   *
   * @throws StoreException with fault DAMAGED if it is shorter or older than recorded
   */
  void checkManifest(Path data) throws IOException, StoreException {
    if (manifest.isEmpty()) {
      return;
    }
    String name = current(data);
    if (name.equals(manifest)) {
      long bytes = Files.size(data.resolve(name));
      if (bytes < manifestBytes) {
        throw StoreException.damaged(
            "in %s: %s has %d bytes, and had %d".formatted(data, name, bytes, manifestBytes));
      }
    } else if (manifestNumber(name) < manifestNumber(manifest)) {
      throw StoreException.damaged(
          "in %s: CURRENT names %s, which is older than %s".formatted(data, name, manifest));
    }
  }

  /**
   * Checks the logs. Changes nothing.
   *
   * @param reading opens the store read-only. Called only if a log is missing or shorter, to find
   *     out whether the store still needs it: RocksDB deletes a log once its content is in other
   *     files
   * @throws StoreException with fault DAMAGED if a log that the store needs is missing or shorter
   *     than recorded
   */
  void checkLogs(Path data, Engine.Opening reading) throws IOException, StoreException {
    NavigableMap<Long, String> wrong = new TreeMap<>();
    for (var log : logs.entrySet()) {
      String fault = fault(log(data, log.getKey()), log.getValue());
      if (fault != null) {
        wrong.put(log.getKey(), fault);
      }
    }
    if (wrong.isEmpty()) {
      return;
    }
    try (Engine engine = reading.open()) {
      wrong = wrong.tailMap(engine.leastLog(), true);
    } catch (RocksDBException e) {
      throw FileCheck.unreadable(data, e);
    }
    if (!wrong.isEmpty()) {
      throw StoreException.damaged("in %s: %s".formatted(data, String.join(", ", wrong.values())));
    }
  }

  /** What is wrong with a log, or null. */
  private static @Nullable String fault(Path log, long atLeast) throws IOException {
    try {
      long bytes = Files.size(log);
      return bytes < atLeast
          ? "%s has %d bytes, and had %d when its last write was acknowledged"
              .formatted(log.getFileName(), bytes, atLeast)
          : null;
    } catch (NoSuchFileException e) {
      return atLeast == 0
          ? null
          : log.getFileName() + ", which has acknowledged writes, is missing";
    }
  }

  /** The file of a log, named as RocksDB names it. */
  static Path log(Path data, long number) {
    return data.resolve(String.format(Locale.ROOT, "%06d.log", number));
  }

  /** The name of the manifest that RocksDB will read. */
  static String current(Path data) throws IOException {
    return StoreDirectory.readText(data.resolve("CURRENT")).strip();
  }

  private static long manifestNumber(String name) {
    return Long.parseLong(name.substring(name.indexOf('-') + 1));
  }
}
