package example;

import dev.rheo.junit.RheoApiServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** An API server that runs before the application does. */
public class Cluster implements QuarkusTestResourceLifecycleManager {
  private RheoApiServer server;

  @Override
  public Map<String, String> start() {
    server = RheoApiServer.builder().start();
    byte[] authority = server.authorityPem().getBytes(StandardCharsets.US_ASCII);
    return Map.of(
        "quarkus.kubernetes-client.api-server-url", server.url().toString(),
        "quarkus.kubernetes-client.token", server.token(),
        "quarkus.kubernetes-client.ca-cert-data", Base64.getEncoder().encodeToString(authority));
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(
        server, field -> field.getType().getName().equals(RheoApiServer.class.getName()));
  }

  @Override
  public void stop() {
    server.close();
  }
}
