package dev.rheo.junit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
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

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ServerFiles::deleteAll, "rheo-junit files"));
  }

  private final Path folder;
  private final String token;

  private ServerFiles(Path folder, String token) {
    this.folder = folder;
    this.token = token;
  }

  /**
   * Makes the folder, with the token of an administrator.
   *
   * @throws IOException if that fails
   */
  static ServerFiles make() throws IOException {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    ServerFiles files =
        new ServerFiles(Files.createTempDirectory(NAME), HexFormat.of().formatHex(random));
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

  /** Deletes the folder. */
  @Override
  public void close() throws IOException {
    OPEN.remove(this);
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
