package dev.rheo.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rheo.api.io.IoFailures;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The lock on a store's directory, which one process has at a time. A durable store takes it by
 * itself; a server whose store is in memory takes it to keep other servers off its directory.
 *
 * <p>Thread-safe.
 */
public final class StoreLock implements AutoCloseable {
  static final String FILE = "rheo.lock";

  private static final System.Logger LOGGER = System.getLogger(StoreLock.class.getName());
  private static final String TITLE = "rheo store lock";

  /**
   * The directories that this process has locked. A second attempt to lock one would do harm:
   * closing any channel of a file releases the process's lock on it.
   */
  private static final Set<Path> HELD = new TreeSet<>();

  private final Path directory;
  private final FileChannel channel;
  private final FileLock lock;

  /** The previous content of the lock file, null if there was none. */
  private final byte @Nullable [] before;

  private StoreLock(Path directory, FileChannel channel, FileLock lock, byte @Nullable [] before) {
    this.directory = directory;
    this.channel = channel;
    this.lock = lock;
    this.before = before;
  }

  /**
   * Locks a directory, which is created if it is missing.
   *
   * @throws StoreException if it is locked already or cannot be locked
   */
  public static StoreLock take(Path directory) throws StoreException {
    Path absolute = directory.toAbsolutePath().normalize();
    try {
      return lock(absolute);
    } catch (IOException e) {
      throw unusable(absolute, e);
    }
  }

  static StoreException unusable(Path directory, IOException e) {
    return new StoreException(
        "the store's directory %s cannot be used: %s".formatted(directory, IoFailures.tell(e)), e);
  }

  static StoreLock lock(Path directory) throws IOException, StoreException {
    makeDirectories(directory);
    Path real = directory.toRealPath();
    synchronized (HELD) {
      if (!HELD.add(real)) {
        throw new StoreException(
            "the store in %s is in use by this process (%d)"
                .formatted(directory, ProcessHandle.current().pid()));
      }
    }
    boolean locked = false;
    Path file = real.resolve(FILE);
    boolean existed = Files.exists(file);
    try {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
      try {
        byte[] before = StoreDirectory.read(channel);
        FileLock lock = channel.tryLock();
        if (lock == null) {
          throw new StoreException(
              "the store in %s is in use by %s".formatted(directory, holder(before)));
        }
        before = StoreDirectory.read(channel);
        if (before.length > 0 && !new String(before, UTF_8).startsWith(TITLE)) {
          throw StoreDirectory.foreign(directory, FILE + " is not a store's");
        }
        StoreLock held = new StoreLock(real, channel, lock, existed ? before : null);
        held.writeHolder();
        locked = true;
        return held;
      } finally {
        if (!locked) {
          channel.close();
        }
      }
    } finally {
      if (!locked) {
        release(real);
      }
    }
  }

  /** The real path of the locked directory. */
  Path directory() {
    return directory;
  }

  /** Creates the missing directories of a path so that they survive loss of power. */
  private static void makeDirectories(Path directory) throws IOException {
    Deque<Path> parents = new ArrayDeque<>();
    Path at = directory;
    for (Path parent = at.getParent();
        parent != null && Files.notExists(at);
        parent = at.getParent()) {
      parents.push(parent);
      at = parent;
    }
    Files.createDirectories(directory);
    for (Path parent : parents) {
      StoreDirectory.sync(parent);
    }
  }

  private void writeHolder() throws IOException {
    ProcessHandle self = ProcessHandle.current();
    StoreDirectory.write(
        channel,
        "%s%npid %d%nhost %s%nsince %s%n"
            .formatted(TITLE, self.pid(), hostName(), Instant.now())
            .getBytes(UTF_8));
  }

  private static String holder(byte[] text) {
    String pid = "another process";
    String host = "";
    for (String line : new String(text, UTF_8).lines().toList()) {
      if (line.startsWith("pid ")) {
        pid = "process " + line.substring(4);
      } else if (line.startsWith("host ")) {
        host = " on host " + line.substring(5);
      }
    }
    return pid + host;
  }

  /** The kernel's host name, because the resolver could take seconds. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      String name = System.getenv("HOSTNAME");
      return name == null ? "localhost" : name;
    }
  }

  /** Unlocks the directory and restores its lock file. */
  void abandon() {
    try {
      if (before != null) {
        StoreDirectory.write(channel, before);
      } else {
        Files.deleteIfExists(directory.resolve(FILE));
      }
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.WARNING, "the lock's file was not restored", e);
    } finally {
      close();
    }
  }

  /** Unlocks the directory. The lock's file stays. */
  @Override
  public void close() {
    try (channel) {
      if (lock.isValid()) {
        lock.release();
      }
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.WARNING, "the lock was not released", e);
    } finally {
      release(directory);
    }
  }

  private static void release(Path real) {
    synchronized (HELD) {
      HELD.remove(real);
    }
  }
}
