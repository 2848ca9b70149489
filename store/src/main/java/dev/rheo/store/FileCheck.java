package dev.rheo.store;

import dev.rheo.store.StoreException.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.Status;

/**
 * Reads every file of tables and of large values once and checks it, before the store is opened for
 * writing. So what is damaged on the disk is known before anything is acknowledged on top of it,
 * and nothing in the directory has been changed.
 *
 * <p>It costs a pass over the files, some 0.4 s of CPU a GB; what is read is what building a watch
 * cache reads next. History that nobody may ever ask for is checked, too: a disk that lost a byte
 * of it is not one to go on writing to.
 */
final class FileCheck {
  private final Path directory;
  private final Set<String> brokenTables = new TreeSet<>();
  private final Set<String> brokenBlobs = new TreeSet<>();
  private int intactBlobs;

  /** Opens the store for reading only. */
  interface Opening {
    Engine open() throws StoreException;
  }

  private FileCheck(Path directory) {
    this.directory = directory;
  }

  /**
   * @param reading asked for only if something is broken: a crash leaves broken files, too, which
   *     belong to no state of the store and are deleted when it is opened
   * @throws StoreException if a file of the store is damaged; it is named
   */
  static void run(Path directory, Opening reading) throws StoreException {
    FileCheck check = new FileCheck(directory);
    try {
      check.readFiles();
    } catch (IOException e) {
      throw new StoreException("the store in %s cannot be read: %s".formatted(directory, e), e);
    }
    if (!check.brokenTables.isEmpty() || !check.brokenBlobs.isEmpty()) {
      try (Engine engine = check.opened(reading)) {
        check.holdAgainst(engine);
      } catch (RocksDBException e) {
        throw Engine.failure(
            Fault.PASSING, "the store in %s cannot be read".formatted(directory), e, false);
      }
    }
  }

  /** Where that fails because of damage RocksDB does not always name the file. */
  private Engine opened(Opening reading) throws StoreException {
    try {
      return reading.open();
    } catch (StoreException e) {
      String broken = (brokenTables.isEmpty() ? brokenBlobs : brokenTables).iterator().next();
      throw e.fault() == Fault.DAMAGED
          ? e.as(e.getMessage() + "; " + broken + " does not match its checksums")
          : e;
    }
  }

  private void readFiles() throws IOException, StoreException {
    List<String> names;
    try (Stream<Path> files = Files.list(directory)) {
      names = files.map(file -> file.getFileName().toString()).sorted().toList();
    }
    ByteBuffer buffer = BlobFile.buffer();
    try (Options options =
        new Options().setTableFormatConfig(new BlockBasedTableConfig().setNoBlockCache(true))) {
      for (String name : names) {
        if (name.endsWith(".sst") && !isIntactTable(directory.resolve(name), options)) {
          brokenTables.add(name);
        } else if (name.endsWith(".blob")) {
          if (BlobFile.isIntact(directory.resolve(name), buffer)) {
            intactBlobs++;
          } else {
            brokenBlobs.add(name);
          }
        }
      }
    }
  }

  private static boolean isIntactTable(Path file, Options options) throws StoreException {
    try (SstFileReader reader = new SstFileReader(options)) {
      reader.open(file.toString());
      reader.verifyChecksum();
      return true;
    } catch (RocksDBException e) {
      Status status = e.getStatus();
      if (status != null && status.getCode() == Status.Code.IOError) {
        throw Engine.failure(Fault.PASSING, file + " cannot be read", e, false);
      }
      return false;
    }
  }

  private void holdAgainst(Engine engine) throws RocksDBException, StoreException {
    Set<String> live =
        engine.db.getLiveFilesMetaData().stream()
            .map(LiveFileMetaData::fileName)
            .map(name -> name.substring(name.lastIndexOf('/') + 1))
            .collect(Collectors.toSet());
    List<String> damaged = new ArrayList<>(brokenTables);
    damaged.retainAll(live);
    if (engine.blobFiles() > intactBlobs) {
      damaged.addAll(brokenBlobs);
    }
    if (!damaged.isEmpty()) {
      throw damaged(directory, damaged.getFirst() + " does not match its checksums");
    }
  }

  /**
   * Whether the files of large values are all there, of which RocksDB takes no notice when it opens
   * a store.
   */
  static void requireBlobs(Path directory, Engine engine) throws RocksDBException, StoreException {
    // A compaction may take files away between the two looks; hardly each time.
    for (int look = 0; look < 3; look++) {
      long needed = engine.blobFiles();
      try (Stream<Path> files = Files.list(directory)) {
        if (files.filter(file -> file.toString().endsWith(".blob")).count() >= needed) {
          return;
        }
      } catch (IOException e) {
        throw new StoreException("the store in %s cannot be read: %s".formatted(directory, e), e);
      }
    }
    throw damaged(directory, "a blob file is missing");
  }

  private static StoreException damaged(Path directory, String what) {
    return StoreException.damaged("in %s: %s".formatted(directory, what));
  }
}
