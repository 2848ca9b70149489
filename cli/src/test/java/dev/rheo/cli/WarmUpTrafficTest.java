package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.app.Server;
import dev.rheo.app.ServerConfig;
import dev.rheo.app.StoreKind;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTrafficTest {
  @TempDir Path data;

  @Test
  void theServerThatIsTrainedAnswersEachOfItsRequests() throws Exception {
    ServerConfig config = ServerConfig.onLoopback(data, StoreKind.MEMORY);
    Server server = Server.start(config);
    try {
      assertThat(server.awaitReady(Duration.ofSeconds(30))).isTrue();
      new WarmUpTraffic(config.kubeconfig()).run();
    } finally {
      server.shutdown(Duration.ofSeconds(5));
    }
  }
}
