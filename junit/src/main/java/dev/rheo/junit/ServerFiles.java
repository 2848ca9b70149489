package dev.rheo.junit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The files of one server, in a temporary folder of its own. */
final class ServerFiles implements AutoCloseable {
  private static final int TOKEN_BYTES = 24;
  private static final String NAME = "rheo-junit-";

  /** Those that are left when the JVM ends, as when a run of tests is broken off. */
  private static final Set<ServerFiles> OPEN = ConcurrentHashMap.newKeySet();

  /** Locked while the server's JVM lives. */
  private static final String LOCK = ".lock";

  static {
    deleteAbandoned();
    Runtime.getRuntime().addShutdownHook(new Thread(ServerFiles::deleteAll, "rheo-junit files"));
  }

  private final Path folder;
  private final String token;
  private final FileChannel lock;

  private ServerFiles(Path folder, String token, FileChannel lock) {
    this.folder = folder;
    this.token = token;
    this.lock = lock;
  }

  /**
   * Makes the folder, with the token of an administrator.
   *
   * @throws IOException if that fails
   */
  static ServerFiles make() throws IOException {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    Path folder = Files.createTempDirectory(NAME);
    FileChannel lock =
        FileChannel.open(
            folder.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    FileLock ignored = lock.lock();
    ServerFiles files = new ServerFiles(folder, HexFormat.of().formatHex(random), lock);
    OPEN.add(files);
    Files.writeString(
        files.tokens(), "%s,junit,junit,\"system:masters\"%n".formatted(files.token()));
    return files;
  }

  /** The bearer token of the administrator. */
  String token() {
    return token;
  }

  /** The server's data directory. */
  Path data() {
    return folder;
  }

  Path tokens() {
    return folder.resolve("tokens.csv");
  }

  Path pki() {
    return data().resolve("pki");
  }

  Path kubeconfig() {
    return folder.resolve("kubeconfig");
  }

  /** The certificate of the authority that clients must trust, as PEM. */
  String authority() throws IOException {
    return Files.readString(pki().resolve("ca.crt"), StandardCharsets.US_ASCII);
  }

  private static void deleteAll() {
    for (ServerFiles files : OPEN) {
      try {
        files.close();
      } catch (IOException e) {
        // A server that still runs has made a file meanwhile.
      }
    }
  }

  /** Deletes the folders of JVMs that were killed. */
  static void deleteAbandoned() {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(temporary, NAME + "*")) {
      for (Path folder : folders) {
        if (isAbandoned(folder)) {
          delete(folder);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // They stay, which does no harm.
    }
  }

  private static boolean isAbandoned(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(LOCK))) {
      // It is being made, or is not ours.
      return false;
    }
    try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
        FileLock taken = channel.tryLock()) {
      return taken != null;
    } catch (OverlappingFileLockException e) {
      // It belongs to this JVM.
      return false;
    }
  }

  /** Deletes the folder. */
  @Override
  public void close() throws IOException {
    OPEN.remove(this);
    lock.close();
    delete(folder);
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path directory, @org.jspecify.annotations.Nullable IOException failed)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
