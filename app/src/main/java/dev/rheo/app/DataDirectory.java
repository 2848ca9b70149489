package dev.rheo.app;

import dev.rheo.api.io.IoFailures;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory in which a server keeps everything: {@code store}, {@code spool}, {@code pki}. It
 * holds keys and every Secret, so these three are accessible to their owner only, and so is the
 * directory itself unless it existed before.
 */
record DataDirectory(Path root) {

  private static final Logger LOG = System.getLogger(DataDirectory.class.getName());

  /** The store while it is restored, renamed when it is complete. */
  private static final String RESTORING = "store.restoring";

  private static final List<String> OURS = List.of("store", "pki");
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);
  private static final String OWNER_ONLY = "rwx------";
  private static final FileAttribute<?>[] FOR_OWNER = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY))
  };
  private static final FileAttribute<?>[] ANYHOW = {};

  /**
   * Checks that the directory may be used: it does not exist yet, is empty, or belongs to a Rheo
   * server. Writes nothing.
   *
   * @throws ServerStartException if it holds something else
   */
  void requireUsable() throws ServerStartException {
    if (!Files.exists(root)) {
      return;
    }
    if (!Files.isDirectory(root)) {
      throw new ServerStartException(root + " is not a directory: choose another with --data");
    }
    try {
      List<String> names = names();
      if (names.contains(RESTORING)) {
        throw new ServerStartException(
            "a restore into %s was broken off: delete %s, and restore again"
                .formatted(root, root.resolve(RESTORING)));
      }
      if (!names.isEmpty() && names.stream().noneMatch(OURS::contains)) {
        throw new ServerStartException(
            "%s holds files that are not Rheo's (%s): choose another directory with --data"
                .formatted(root, names.getFirst()));
      }
    } catch (IOException e) {
      throw new ServerStartException(
          "cannot read the directory %s: %s".formatted(root, IoFailures.reason(e)), e);
    }
    for (Path part : parts()) {
      if (Files.exists(part) && !Files.isDirectory(part)) {
        throw new ServerStartException(
            part + " is not a directory: move it away, or choose another directory with --data");
      }
    }
  }

  /** What is in the directory, which must exist. */
  List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.equals("lost+found"))
          .toList();
    }
  }

  /**
   * Checks that the store was not frozen to be moved elsewhere.
   *
   * @throws StoreException if it was
   */
  void requireThawed() throws StoreException {
    if (Files.exists(frozen())) {
      throw new StoreException(
          "the store in %s was frozen to be moved to another, which may have newer objects: serve that one, or delete %s"
              .formatted(root, frozen()));
    }
  }

  /**
   * Creates the directory and its parts if they do not exist, accessible to their owner only.
   *
   * @throws ServerStartException if that fails
   */
  void make() throws ServerStartException {
    try {
      create();
      for (Path part : parts()) {
        keepForOwner(part);
      }
      sync(root);
    } catch (IOException e) {
      throw new ServerStartException(
          "cannot make the directory %s: %s".formatted(root, IoFailures.tell(e)), e);
    }
  }

  /** Makes the entries of a directory durable: without them the durable data in it is lost. */
  static void sync(Path directory) throws IOException {
    if (isPosix()) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private List<Path> parts() {
    return List.of(store(), spool(), pki());
  }

  void create() throws IOException {
    boolean posix = isPosix();
    if (!Files.exists(root)) {
      Path parent = root.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(root, posix ? FOR_OWNER : ANYHOW);
    } else if (posix && !Collections.disjoint(Files.getPosixFilePermissions(root), OTHERS)) {
      LOG.log(Level.WARNING, "{0} can be read by others, what is in it cannot: chmod 700", root);
    }
  }

  /**
   * Creates a directory that only its owner can access, or revokes the access of others to an
   * existing one. The files in it need no check: without access to the directory others reach no
   * file in it, whatever the file's own mode is.
   */
  static void keepForOwner(Path directory) throws IOException {
    boolean posix = isPosix();
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(directory, posix ? FOR_OWNER : ANYHOW);
    }
    if (posix && !Collections.disjoint(Files.getPosixFilePermissions(directory), OTHERS)) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(OWNER_ONLY));
      LOG.log(Level.INFO, "{0} could be entered by others and now cannot", directory);
    }
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  Path store() {
    return root.resolve("store");
  }

  /** A file that is there while the store must not be written to, even by a later server. */
  Path frozen() {
    return root.resolve("frozen");
  }

  Path restoring() {
    return root.resolve(RESTORING);
  }

  Path spool() {
    return root.resolve("spool");
  }

  Path pki() {
    return root.resolve("pki");
  }
}
