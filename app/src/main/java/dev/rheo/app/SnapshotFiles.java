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
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
  private static final Set<PosixFilePermission> FOR_OWNER =
      PosixFilePermissions.fromString("rw-------");
  private static final System.Logger LOG = System.getLogger(SnapshotFiles.class.getName());

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
        (out, written) -> {
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
      return writing(
          file,
          (out, written) -> {
            SnapshotWriter writer = new SnapshotWriter(snapshot);
            boolean more = true;
            while (more) {
              more = writer.write(out);
            }
            out.flush();
            // Read by the same channel: to close another would end the lock.
            InputStream again = Channels.newInputStream(written.position(0));
            return summary(
                new SnapshotReader(new BufferedInputStream(again, BUFFER), file.toString()));
          });
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
    Summary to(OutputStream out, FileChannel file)
        throws StoreException, IOException, SnapshotException;
  }

  private static Summary writing(Path named, Writing writing) throws SnapshotException {
    Path file = target(named);
    Path part = part(file);
    @Nullable FileChannel held = null;
    boolean complete = false;
    try {
      held = hold(part);
      Summary summary;
      try (OutputStream out =
          new BufferedOutputStream(new ToFile(Channels.newOutputStream(held)), BUFFER)) {
        summary = writing.to(out, held);
        out.flush();
        held.force(true);
        // Before it is closed, since others wait for that to write the same file.
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        complete = true;
      }
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        DataDirectory.sync(parent);
      }
      return summary;
    } catch (StoreException e) {
      throw failed(e, file);
    } catch (IOException e) {
      throw unwritable(file, e);
    } finally {
      if (!complete && held != null) {
        delete(part);
      }
      close(held);
    }
  }

  /** Who copies a snapshot meets a full disk while it reads. */
  static SnapshotException failed(StoreException e, Path file) {
    return e.getCause() instanceof UnwritableException full ? unwritable(file, full) : failed(e);
  }

  private static SnapshotException unwritable(Path file, IOException e) {
    return new SnapshotException("cannot write %s: %s".formatted(file, IoFailures.tell(e)), e);
  }

  /** The file to write: where a link leads. What is no file, such as a device, is not replaced. */
  private static Path target(Path named) throws SnapshotException {
    if (named.toString().isEmpty()) {
      throw new SnapshotException("the file needs a name");
    }
    if (Files.isDirectory(named)) {
      throw new SnapshotException(named + " is a directory");
    }
    if (Files.exists(named) && !Files.isRegularFile(named)) {
      throw new SnapshotException(named + " is not a file");
    }
    try {
      return Files.isSymbolicLink(named) ? named.toRealPath() : named;
    } catch (IOException e) {
      throw unwritable(named, e);
    }
  }

  /**
   * Opens the file in which another is prepared, and locks it. One that was left behind is used
   * again.
   *
   * @throws SnapshotException if another process prepares it
   */
  private static FileChannel hold(Path part) throws IOException, SnapshotException {
    Object before = key(part);
    Set<OpenOption> options =
        Set.of(
            before == null ? StandardOpenOption.CREATE_NEW : LinkOption.NOFOLLOW_LINKS,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    @Nullable FileChannel channel = null;
    boolean held = false;
    try {
      channel = FileChannel.open(part, options, forOwner());
      FileLock lock = channel.tryLock();
      // Whoever had it before may have given it its final name meanwhile.
      held = lock != null && (before == null || before.equals(key(part)));
    } catch (FileAlreadyExistsException | OverlappingFileLockException e) {
      LOG.log(System.Logger.Level.DEBUG, "{0} is in use: {1}", part, e.getMessage());
    } finally {
      if (!held) {
        close(channel);
      }
    }
    if (!held || channel == null) {
      throw new SnapshotException(
          "%s is being written: wait for the other process, or name another file".formatted(part));
    }
    if (before != null) {
      channel.truncate(0);
      if (isPosix()) {
        Files.setPosixFilePermissions(part, FOR_OWNER);
      }
    }
    return channel;
  }

  /** What identifies a file; null if there is none. */
  private static @Nullable Object key(Path file) throws IOException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      // Without keys, as on Windows, an open file cannot be renamed.
      return found.fileKey() == null ? file : found.fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] forOwner() {
    return isPosix()
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(FOR_OWNER)}
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
      LOG.log(System.Logger.Level.WARNING, "{0} was left behind: {1}", tree, IoFailures.tell(e));
    }
  }

  private static void close(@Nullable Closeable opened) {
    if (opened == null) {
      return;
    }
    try {
      opened.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "closing: {0}", IoFailures.tell(e));
    }
  }

  /** The file could not be written to; told apart from what is read at the same time. */
  private static final class UnwritableException extends IOException {
    private static final long serialVersionUID = 1;

    UnwritableException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Marks what fails as a failure of the file. */
  static final class ToFile extends FilterOutputStream {
    ToFile(OutputStream file) {
      super(file);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        throw new UnwritableException(e);
      }
    }
  }

  /** Copies what is read from it. */
  static final class Copied extends FilterInputStream {
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
