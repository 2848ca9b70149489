package dev.rheo.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The directory in which a server keeps everything: {@code store}, {@code spool}, {@code pki}. */
record DataDirectory(Path root) {

  private static final List<String> OURS = List.of("store", "pki");

  /**
   * Makes sure that the directory may be used: it does not exist yet, is empty, or is a server's.
   * Nothing is written.
   *
   * @throws ServerStartException if it is something else's
   */
  void requireUsable() throws ServerStartException {
    if (!Files.exists(root)) {
      return;
    }
    if (!Files.isDirectory(root)) {
      throw new ServerStartException(root + " is not a directory: choose another with --data");
    }
    try (Stream<Path> entries = Files.list(root)) {
      List<String> names = entries.map(entry -> entry.getFileName().toString()).toList();
      if (!names.isEmpty() && names.stream().noneMatch(OURS::contains)) {
        throw new ServerStartException(
            "%s holds files that are not Rheo's (%s): choose another directory with --data"
                .formatted(root, names.getFirst()));
      }
    } catch (IOException e) {
      throw new ServerStartException("cannot read the directory " + root, e);
    }
  }

  Path store() {
    return root.resolve("store");
  }

  Path spool() {
    return root.resolve("spool");
  }

  Path pki() {
    return root.resolve("pki");
  }
}
