package dev.rheo.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a durable store, locked by one process at a time.
 *
 * <pre>
 *   DIR/rheo.lock          locked while in use; names the holder
 *   DIR/rheo.manifest      RocksDB's manifest and logs, and how long they are at least
 *   DIR/rheo.synced        how long the newest log is at least
 *   DIR/data/rheo.format   the format's version and the store's id
 *   DIR/data/...           RocksDB's files
 *   DIR/data.new           a store that is being created; renamed to data when it is complete
 * </pre>
 *
 * Nothing but the lock file is created, changed or deleted before the directory is known to be
 * empty or a store's. A directory that is refused stays as it was, byte for byte.
 */
final class StoreDirectory implements AutoCloseable {
  static final String DATA = "data";
  private static final String NEW = "data.new";
  private static final String FORMAT_FILE = "rheo.format";
  private static final String FORMAT_TITLE = "rheo store";
  private static final int MAX_TEXT = 64 << 10;
  private static final Set<String> OWN =
      Set.of(
          StoreLock.FILE, DATA, NEW, RequiredFiles.FILE, RequiredFiles.TEMPORARY, LogLength.FILE);

  private static final Pattern ROCKS_FILE =
      Pattern.compile(
          "CURRENT|IDENTITY|LOCK|LOG(\\.old\\..*)?|MANIFEST-\\d+|OPTIONS-\\d+"
              + "|\\d+\\.(log|sst|blob|dbtmp)|(OPTIONS-)?\\d+\\.dbtmp|[\\w.-]+\\.dbtmp");

  private final Path directory;
  private final StoreLock lock;
  private @Nullable String id;

  interface Creation {
    /** Creates an empty store in an empty directory. */
    void create(Path data, String id) throws StoreException;
  }

  private StoreDirectory(StoreLock lock) {
    this.directory = lock.directory();
    this.lock = lock;
  }

  /** The directory of RocksDB's files. */
  Path data() {
    return directory.resolve(DATA);
  }

  /** The store's id. */
  String id() {
    return id == null ? "" : id;
  }

  /** The total size of RocksDB's files now; 0 if it cannot be read. */
  long bytes() {
    try (Stream<Path> files = Files.list(data())) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /** Locks a directory for this process, and creates a store in it if it is empty. */
  static StoreDirectory open(Path directory, Creation creation) throws StoreException {
    Path absolute = directory.toAbsolutePath().normalize();
    try {
      if (!Files.exists(absolute.resolve(StoreLock.FILE))) {
        inspect(absolute);
      }
      StoreDirectory held = new StoreDirectory(StoreLock.lock(absolute));
      boolean complete = false;
      try {
        // From here on no other process changes the directory.
        if (inspect(absolute)) {
          held.id = readFormat(held.data());
          RequiredFiles.read(absolute).checkManifest(held.data());
        } else {
          held.id = UUID.randomUUID().toString();
          held.create(creation);
        }
        complete = true;
        return held;
      } finally {
        if (!complete) {
          held.abandon();
        }
      }
    } catch (IOException e) {
      throw StoreLock.unusable(absolute, e);
    }
  }

  /**
   * Refuses a directory that is not a store's. Returns whether there is a store; if there is none,
   * one may be created.
   */
  private static boolean inspect(Path directory) throws IOException, StoreException {
    Set<String> names;
    try {
      names = names(directory);
    } catch (NoSuchFileException e) {
      return false;
    } catch (NotDirectoryException e) {
      throw new StoreException(directory + " is not a directory", e);
    }
    for (String name : names) {
      if (!OWN.contains(name)) {
        throw foreign(directory, "it holds " + name);
      }
    }
    if (!names.contains(DATA)) {
      if (names.contains(RequiredFiles.FILE)) {
        throw StoreException.damaged("%s has no %s any more".formatted(directory, DATA));
      }
      if (names.contains(NEW) && !names.contains(StoreLock.FILE)) {
        throw foreign(directory, "it holds " + NEW + " without " + StoreLock.FILE);
      }
      return false;
    }
    inspectData(directory.resolve(DATA));
    return true;
  }

  private static void inspectData(Path data) throws IOException, StoreException {
    if (!Files.isDirectory(data)) {
      throw foreign(data, "it is not a directory");
    }
    readFormat(data);
    for (String name : names(data)) {
      if (!name.equals(FORMAT_FILE) && !ROCKS_FILE.matcher(name).matches()) {
        throw foreign(data, "it holds " + name);
      }
    }
    boolean named = Files.isRegularFile(data.resolve("CURRENT"));
    String manifest = named ? RequiredFiles.current(data) : "";
    if (!manifest.matches("MANIFEST-\\d+") || !Files.isRegularFile(data.resolve(manifest))) {
      throw StoreException.damaged(
          "CURRENT in %s does not name a manifest that exists".formatted(data));
    }
  }

  private static String readFormat(Path data) throws IOException, StoreException {
    Path file = data.resolve(FORMAT_FILE);
    if (!Files.isRegularFile(file)) {
      throw foreign(data, "it has no " + FORMAT_FILE);
    }
    Map<String, String> fields = new HashMap<>();
    List<String> lines = readText(file).lines().toList();
    for (String line : lines) {
      String[] field = line.split(" ", 2);
      fields.put(field[0], field.length == 2 ? field[1] : "");
    }
    String format = fields.get("format");
    String id = fields.get("id");
    if (lines.isEmpty() || !lines.getFirst().equals(FORMAT_TITLE) || format == null || id == null) {
      throw StoreException.damaged("%s is not what was written".formatted(file));
    }
    if (!format.equals(Integer.toString(StorageFormat.FORMAT))) {
      throw new StoreException(
          "the store in %s has format %s, this program reads format %d"
              .formatted(data.getParent(), format, StorageFormat.FORMAT));
    }
    return id;
  }

  private void create(Creation creation) throws IOException, StoreException {
    Path making = directory.resolve(NEW);
    deleteTree(making);
    boolean moved = false;
    try {
      Files.createDirectory(making);
      creation.create(making, id());
      Path format = making.resolve(FORMAT_FILE);
      try (FileChannel out =
          FileChannel.open(format, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        write(
            out,
            "%s%nformat %d%nid %s%n"
                .formatted(FORMAT_TITLE, StorageFormat.FORMAT, id())
                .getBytes(UTF_8));
      }
      sync(making);
      Files.move(making, data(), StandardCopyOption.ATOMIC_MOVE);
      moved = true;
    } finally {
      if (!moved) {
        deleteTree(making);
      }
    }
    sync(directory);
  }

  /**
   * Checks the logs against what was recorded when the store was last used. Changes nothing.
   *
   * @param reading see {@link RequiredFiles#checkLogs}
   */
  void checkLogs(Engine.Opening reading) throws StoreException {
    try {
      RequiredFiles.read(directory).checkLogs(data(), reading);
    } catch (IOException e) {
      throw FileCheck.unreadable(data(), e);
    }
  }

  /** Records the store's files while it is open. */
  FileRecorder recorder() {
    return new FileRecorder(directory, data());
  }

  /** Unlocks the directory and restores its lock file. */
  void abandon() {
    lock.abandon();
  }

  @Override
  public void close() {
    lock.close();
  }

  private static Set<String> names(Path directory) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> entries = Files.list(directory)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    return names;
  }

  static String readText(Path file) throws IOException {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      return new String(read(in), UTF_8);
    }
  }

  static byte[] read(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(MAX_TEXT, channel.size()));
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {}
    byte[] read = new byte[buffer.flip().remaining()];
    buffer.get(read);
    return read;
  }

  /** Makes the text the whole content of a file, synced. */
  static void write(FileChannel channel, byte[] text) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(text);
    while (buffer.hasRemaining()) {
      channel.write(buffer, buffer.position());
    }
    channel.truncate(text.length);
    channel.force(true);
  }

  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(tree)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }

  static StoreException foreign(Path directory, String why) {
    return new StoreException(
        "%s is not a store's directory, or not only: %s".formatted(directory, why));
  }
}
