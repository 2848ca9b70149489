package dev.rheo.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a JVM that was killed has left is deleted by the next one. */
class ServerFilesTest {
  @Test
  void onlyFoldersThatNobodyHoldsAreDeleted() throws Exception {
    Path abandoned = Files.createTempDirectory("rheo-junit-");
    Files.createFile(abandoned.resolve(".lock"));
    Files.createDirectories(abandoned.resolve("pki"));
    Path another = Files.createTempDirectory("rheo-junit-");
    try (ServerFiles held = ServerFiles.make()) {
      ServerFiles.deleteAbandoned();
      assertThat(abandoned).doesNotExist();
      assertThat(held.tokens()).exists();
      assertThat(another).exists();
    } finally {
      Files.delete(another);
    }
  }
}
