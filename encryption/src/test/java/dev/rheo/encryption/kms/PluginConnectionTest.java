package dev.rheo.encryption.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.rheo.encryption.value.TransformException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a plugin that is not there, or does not answer. */
@Timeout(60)
class PluginConnectionTest {
  private static final Duration SHORT = Duration.ofMillis(400);

  @TempDir Path directory;

  private static String fault(PluginConnection plugin) {
    TransformException e = catchThrowableOfType(TransformException.class, plugin::status);
    return e.reason();
  }

  /** Its probe logs each change of what is told: a missing plugin's was another each time. */
  @Test
  void aMissingPluginIsToldInOneLineThatStaysTheSame() {
    Path socket = directory.resolve("none.sock");
    List<String> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            logged.add(line.getLoggerName() + ": " + line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger bootstrap = Logger.getLogger("io.netty.bootstrap");
    bootstrap.addHandler(handler);
    try (PluginConnection plugin = new PluginConnection(socket, SHORT)) {
      String told = "rpc error: code = DEADLINE_EXCEEDED, %s cannot be connected to";
      assertThat(fault(plugin)).isEqualTo(told.formatted(socket));
      assertThat(fault(plugin)).isEqualTo(told.formatted(socket));
    } finally {
      bootstrap.removeHandler(handler);
    }
    assertThat(logged).isEmpty();
  }

  @Test
  void soIsOneThatHangs() throws Exception {
    Path socket = directory.resolve("hangs.sock");
    try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listening.bind(UnixDomainSocketAddress.of(socket));
      try (PluginConnection plugin = new PluginConnection(socket, SHORT)) {
        String first = fault(plugin);
        assertThat(first)
            .startsWith("rpc error: code = DEADLINE_EXCEEDED, ")
            .doesNotContain("\n")
            .doesNotContain("Exception");
        assertThat(fault(plugin)).isEqualTo(first);
      }
    }
  }
}
