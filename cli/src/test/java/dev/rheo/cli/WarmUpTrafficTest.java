package dev.rheo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.app.MemoryPlan;
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
    Path kubeconfig = data.resolve("admin.kubeconfig");
    Server server =
        Server.start(
            new ServerConfig(
                data,
                "127.0.0.1",
                0,
                StoreKind.MEMORY,
                kubeconfig,
                FeatureGates.defaults(),
                MemoryPlan.of(MemoryPlan.DEFAULT_TOTAL),
                null,
                ServerConfig.DEFAULT_HISTORY_TIME,
                ServerConfig.DEFAULT_HISTORY_BYTES,
                ServerConfig.DEFAULT_FORM_BYTES));
    try {
      assertThat(server.awaitReady(Duration.ofSeconds(30))).isTrue();
      new WarmUpTraffic(kubeconfig).run(Duration.ofMillis(200));
    } finally {
      server.shutdown(Duration.ofSeconds(5));
    }
  }
}
