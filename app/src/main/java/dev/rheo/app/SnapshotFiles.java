package dev.rheo.app;

import dev.rheo.api.io.IoFailures;
import dev.rheo.store.RocksSettings;
import dev.rheo.store.StoreBackup;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import dev.rheo.store.snapshot.SnapshotReader;
import dev.rheo.store.snapshot.SnapshotWriter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Backups of the embedded store: files that hold it as of one revision. They hold the store alone,
 * as etcd's snapshots do: neither the certificates and keys of {@code pki} nor the cache.
 *
 * <p>Everything is streamed, so the size of the store does not matter to the memory.
 */
public final class SnapshotFiles {
  /** The path of a server at which it answers with a snapshot. */
  public static final String PATH = dev.rheo.server.snapshot.Snapshots.PATH;

  /** The path to post to that a server's store be frozen. */
  public static final String FREEZE = dev.rheo.server.snapshot.Snapshots.FREEZE;

  /** The path to post to that it be thawed. */
  public static final String THAW = dev.rheo.server.snapshot.Snapshots.THAW;

  private static final int BUFFER = 128 << 10;

  private SnapshotFiles() {}

  /**
   * What a file holds.
   *
   * @param revision the revision that it is of
   * @param keys the number of keys
   * @param expiring the number of those that have a time to live
   * @param bytes the size of the file
   * @param sha256 the hash that the file ends with, in hexadecimal
   * @param history the name of the history that the revision is of
   */
  public record Summary(
      long revision, long keys, long expiring, long bytes, String sha256, String history) {}

  /**
   * Saves what a server sends. The file is there once it is complete, verified and durable.
   *
   * @param sent the body of the server's answer; not closed
   * @param file replaced if it exists; only its owner may read it
   */
  public static Summary save(InputStream sent, Path file) throws SnapshotException {
    return writing(
        file,
        out -> {
          InputStream copied = new Copied(new BufferedInputStream(sent, BUFFER), out);
          return summary(new SnapshotReader(copied, "the server's snapshot"));
        });
  }

  /**
   * Saves the store in a data directory that no server uses. Nothing in the directory is changed.
   */
  public static Summary save(Path data, Path file) throws SnapshotException {
    try (StoreSnapshot snapshot =
        StoreBackup.read(new DataDirectory(data).store(), RocksSettings.defaults())) {
      Summary written =
          writing(
              file,
              out -> {
                SnapshotWriter writer = new SnapshotWriter(snapshot);
                boolean more = true;
                while (more) {
                  more = writer.write(out);
                }
                out.flush();
                return status(part(file));
              });
      return written;
    } catch (StoreException e) {
      throw failed(e);
    }
  }

  /** Reads a file to its end, and verifies it. */
  public static Summary status(Path file) throws SnapshotException {
    try (SnapshotReader reader = open(file)) {
      return summary(reader);
    } catch (StoreException e) {
      throw failed(e);
    }
  }

  /**
   * Makes a data directory of a file. Until it is complete, a server refuses the directory.
   *
   * @param data does not exist, or is empty
   * @param bump how far the store's revision is above the file's; at least 0
   * @return what was restored
   */
  public static Summary restore(Path file, Path data, long bump) throws SnapshotException {
    try (SnapshotReader reader = open(file)) {
      restore(reader, data, bump, () -> {});
      return summary(reader);
    } catch (StoreException e) {
      throw failed(e);
    }
  }

  /** What must be true of a restored store before it may be served. */
  interface Condition {
    void require() throws SnapshotException, StoreException;
  }

  /**
   * Makes a data directory of a snapshot.
   *
   * @param condition checked when all is there
   */
  static void restore(StoreSnapshot snapshot, Path data, long bump, Condition condition)
      throws SnapshotException, StoreException {
    DataDirectory directory = new DataDirectory(data);
    try {
      if (Files.exists(data) && !Files.isDirectory(data)) {
        throw new SnapshotException(data + " is not a directory");
      }
      if (Files.exists(data) && !directory.names().isEmpty()) {
        throw new SnapshotException(
            "%s is not empty, it holds %s: name an empty directory, or one that does not exist"
                .formatted(data, directory.names().getFirst()));
      }
      boolean complete = false;
      try {
        directory.create();
        DataDirectory.keepForOwner(directory.restoring());
        DataDirectory.sync(data);
        StoreBackup.restore(directory.restoring(), snapshot, bump, RocksSettings.defaults());
        condition.require();
        Files.move(directory.restoring(), directory.store(), StandardCopyOption.ATOMIC_MOVE);
        complete = true;
        DataDirectory.sync(data);
      } finally {
        if (!complete) {
          delete(directory.restoring());
        }
      }
    } catch (IOException e) {
      throw new SnapshotException("cannot restore %s: %s".formatted(data, IoFailures.tell(e)), e);
    }
  }

  private static SnapshotReader open(Path file) throws SnapshotException, StoreException {
    InputStream in;
    try {
      in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    } catch (IOException e) {
      throw new SnapshotException("cannot read %s: %s".formatted(file, IoFailures.reason(e)), e);
    }
    boolean opened = false;
    try {
      SnapshotReader reader = new SnapshotReader(in, file.toString());
      opened = true;
      return reader;
    } finally {
      if (!opened) {
        close(in);
      }
    }
  }

  /** Reads what is left of a snapshot. */
  private static Summary summary(SnapshotReader reader) throws StoreException {
    while (reader.next() != null) {
      // Reading verifies it.
    }
    StoreSnapshot.Header header = reader.header();
    return new Summary(
        header.revision(),
        header.keys(),
        reader.expiries(),
        reader.bytes(),
        reader.sha256(),
        header.history());
  }

  /** Writes a file. */
  private interface Writing {
    Summary to(OutputStream out) throws StoreException, IOException, SnapshotException;
  }

  private static Summary writing(Path file, Writing writing) throws SnapshotException {
    Path part = part(file);
    if (Files.isDirectory(file)) {
      throw new SnapshotException(file + " is a directory");
    }
    boolean complete = false;
    try {
      Files.deleteIfExists(part);
      Summary summary;
      try (FileChannel channel =
              FileChannel.open(
                  part,
                  Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                  forOwner());
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
        summary = writing.to(out);
        out.flush();
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      complete = true;
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        DataDirectory.sync(parent);
      }
      return summary;
    } catch (StoreException e) {
      throw failed(e);
    } catch (IOException e) {
      throw new SnapshotException("cannot write %s: %s".formatted(file, IoFailures.tell(e)), e);
    } finally {
      if (!complete) {
        delete(part);
      }
    }
  }

  private static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  private static FileAttribute<?>[] forOwner() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static SnapshotException failed(StoreException e) {
    return new SnapshotException(String.valueOf(e.getMessage()), e);
  }

  /** Tidies up after a failure, which is what is to be told. */
  private static void delete(Path tree) {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(tree)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (IOException e) {
      System.getLogger(SnapshotFiles.class.getName())
          .log(System.Logger.Level.WARNING, "{0} was left behind: {1}", tree, IoFailures.tell(e));
    }
  }

  private static void close(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      System.getLogger(SnapshotFiles.class.getName())
          .log(System.Logger.Level.DEBUG, "closing: {0}", IoFailures.tell(e));
    }
  }

  /** Copies what is read from it. A failure to write is told apart from one to read. */
  private static final class Copied extends FilterInputStream {
    private final OutputStream out;

    Copied(InputStream in, OutputStream out) {
      super(in);
      this.out = out;
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      if (read >= 0) {
        out.write(read);
      }
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      if (read > 0) {
        out.write(bytes, offset, read);
      }
      return read;
    }
  }
}
