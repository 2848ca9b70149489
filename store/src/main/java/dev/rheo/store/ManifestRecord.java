package dev.rheo.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Remembers the manifest of a store and how long it was when the store was last opened or closed. A
 * manifest only grows. RocksDB takes one that was cut between two records as complete: it opens an
 * older state and deletes the files that this state does not name.
 *
 * <p>The record is a lower bound and may be missing or old. It has a checksum; a damaged one is
 * ignored.
 */
final class ManifestRecord {
  static final String FILE = "rheo.manifest";
  static final String TEMPORARY = "rheo.manifest.new";

  private static final Pattern TEXT =
      Pattern.compile(
          "rheo manifest\n(MANIFEST-(\\d{1,18}))\nbytes (\\d{1,18})\nsum (\\d{1,10})\n");

  private static final System.Logger LOG = System.getLogger(ManifestRecord.class.getName());

  private ManifestRecord() {}

  /**
   * Compares the manifest with the record. Changes nothing.
   *
   * @throws StoreException with fault DAMAGED if the manifest is shorter or older than recorded
   */
  static void check(Path directory, Path data) throws IOException, StoreException {
    String text;
    try {
      text = StoreDirectory.readText(directory.resolve(FILE));
    } catch (NoSuchFileException e) {
      return;
    }
    Matcher record = TEXT.matcher(text);
    if (!record.matches() || !record.group(4).equals(sum(record.group(1), record.group(3)))) {
      LOG.log(System.Logger.Level.WARNING, "{0} is not what was written, and is ignored", FILE);
      return;
    }
    String name = current(data);
    long bytes = Files.size(data.resolve(name));
    if (name.equals(record.group(1))) {
      if (bytes < Long.parseLong(record.group(3))) {
        throw StoreException.damaged(
            "in %s: %s has %d bytes, and had %s when the store was last opened or closed"
                .formatted(data, name, bytes, record.group(3)));
      }
    } else if (Long.parseLong(name.substring(name.indexOf('-') + 1))
        < Long.parseLong(record.group(2))) {
      throw StoreException.damaged(
          "in %s: CURRENT names %s, which is older than %s".formatted(data, name, record.group(1)));
    }
  }

  /** Records the manifest of a store that is open or closed. Logs a failure to do so. */
  static void save(Path directory, Path data) {
    try {
      String name = current(data);
      String length = Long.toString(synced(data.resolve(name)));
      Path temporary = directory.resolve(TEMPORARY);
      try (FileChannel out =
          FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        StoreDirectory.write(
            out,
            "rheo manifest\n%s\nbytes %s\nsum %s\n"
                .formatted(name, length, sum(name, length))
                .getBytes(UTF_8));
      }
      Files.move(temporary, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the manifest''s length was not recorded: {0}", e);
    }
  }

  /** The length of a file, all of whose bytes have been synced. */
  private static long synced(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long bytes = channel.size();
      channel.force(true);
      return bytes;
    }
  }

  /** The name of the manifest that RocksDB will read. */
  static String current(Path data) throws IOException {
    return StoreDirectory.readText(data.resolve("CURRENT")).strip();
  }

  private static String sum(String name, String bytes) {
    CRC32C sum = new CRC32C();
    sum.update((name + ' ' + bytes).getBytes(UTF_8));
    return Long.toString(sum.getValue());
  }
}
