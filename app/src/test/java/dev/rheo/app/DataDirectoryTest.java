package dev.rheo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {

  private static void mode(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  /** The files below {@code directory} that other users can open, relative to it. */
  static List<Path> openToOthers(Path directory) throws IOException {
    List<Path> open = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(entry);
        boolean enters =
            permissions.contains(PosixFilePermission.OTHERS_EXECUTE)
                || permissions.contains(PosixFilePermission.GROUP_EXECUTE);
        boolean reads =
            permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.GROUP_READ);
        if (Files.isDirectory(entry)) {
          if (enters) {
            open.addAll(openToOthers(entry));
          }
        } else if (reads) {
          open.add(directory.relativize(entry));
        }
      }
    }
    return open;
  }

  @Test
  void itsPartsAreForTheOwnerWhateverTheyWereBefore(@TempDir Path root) throws Exception {
    mode(root, "rwxr-xr-x");
    Path spool = Files.createDirectory(root.resolve("spool"));
    Path store = Files.createDirectory(root.resolve("store"));
    mode(spool, "rwxr-xr-x");
    mode(store, "rwxrwxrwx");
    Path secret = Files.writeString(spool.resolve("segment"), "secret");
    mode(secret, "rw-r--r--");
    assertThat(openToOthers(root)).isNotEmpty();
    DataDirectory data = new DataDirectory(root);
    data.make();
    for (Path part : List.of(data.store(), data.spool(), data.pki())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(part)))
          .as(part.toString())
          .isEqualTo("rwx------");
    }
    assertThat(openToOthers(root)).isEmpty();
    assertThat(secret).hasContent("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"spool", "pki", "store"})
  void aFileInThePlaceOfAPartIsRefusedAndLeft(String name, @TempDir Path root) throws Exception {
    Files.writeString(root.resolve(name), "mine");
    if (!name.equals("store")) {
      Files.createDirectory(root.resolve("store"));
    }
    assertThatThrownBy(() -> new DataDirectory(root).requireUsable())
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining(name + " is not a directory");
    assertThat(root.resolve(name)).hasContent("mine");
  }

  @Test
  void isMadeForTheOwner(@TempDir Path folder) throws Exception {
    Path root = folder.resolve("a/b");
    new DataDirectory(root).make();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
    new DataDirectory(root).requireUsable();
    new DataDirectory(root).make();
  }
}
