package dev.rheo.api.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoFailuresTest {
  @Test
  void theReasonIsThereWhereTheExceptionHasOnlyAFile() {
    assertThat(IoFailures.tell(new AccessDeniedException("/d/f")))
        .isEqualTo("/d/f: permission denied");
    assertThat(IoFailures.reason(new AccessDeniedException("/d/f"))).isEqualTo("permission denied");
    assertThat(IoFailures.tell(new FileAlreadyExistsException("/d/f")))
        .isEqualTo("/d/f: a file of that name exists already");
    assertThat(IoFailures.tell(new FileSystemException("/d/f", null, "No space left on device")))
        .isEqualTo("/d/f: No space left on device");
  }

  @Test
  void whatTheSystemThrowsIsTold(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThat(failure(directory.resolve("none"))).isEqualTo("none: no such file or directory");
    assertThat(failure(file.resolve("below")))
        .startsWith("file/below: ")
        .containsIgnoringCase("not a directory");
    assertThat(failure(directory)).containsIgnoringCase("is a directory");
  }

  private static String failure(Path file) {
    try {
      Files.readAllBytes(file);
      return "none";
    } catch (IOException e) {
      return IoFailures.tell(e).replaceFirst(".*/(?=none|file/below)", "");
    }
  }

  @Test
  void noExceptionIsToldByItsClass() {
    for (IOException e :
        List.of(
            new IOException(),
            new IOException(" "),
            new EOFException(),
            new ClosedByInterruptException(),
            new MalformedInputException(1),
            new FileSystemException(null),
            new FileSystemException("/d/f"))) {
      assertThat(IoFailures.tell(e))
          .as(e.toString())
          .isNotBlank()
          .doesNotContain("Exception", "null");
    }
  }
}
