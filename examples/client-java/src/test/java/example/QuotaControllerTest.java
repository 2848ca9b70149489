package example;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rheo.junit.RheoApiServer;
import dev.rheo.junit.RheoServer;
import dev.rheo.junit.WithFault;
import dev.rheo.junit.fault.ApiRequest;
import dev.rheo.junit.fault.Fault;
import dev.rheo.junit.fault.Faults;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RheoServer(scope = RheoServer.Scope.METHOD)
class QuotaControllerTest {
  ApiClient client;
  RheoApiServer server;
  Faults faults;

  private CoreV1Api api;
  private QuotaController controller;

  @BeforeEach
  void start() {
    api = new CoreV1Api(client);
    controller = new QuotaController(client);
    controller.start();
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  private void createTeam(String name) throws ApiException {
    V1Namespace namespace =
        new V1Namespace()
            .metadata(new V1ObjectMeta().name(name).labels(Map.of(QuotaController.LABEL, name)));
    api.createNamespace(namespace).execute();
  }

  private void awaitQuota(String namespace) {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(
            () ->
                api.readNamespacedResourceQuota(QuotaController.QUOTA, namespace).execute()
                    != null);
  }

  @Test
  void aTeamGetsAQuotaAndGetsItBack() throws Exception {
    createTeam("blue");
    awaitQuota("blue");
    api.deleteNamespacedResourceQuota(QuotaController.QUOTA, "blue").execute();
    awaitQuota("blue");
  }

  @Test
  void aServerThatIsBusyIsAskedAgain() throws Exception {
    Fault busy = faults.onCreate("resourcequotas").tooManyRequests(Duration.ofSeconds(1)).times(3);
    createTeam("red");
    awaitQuota("red");
    assertEquals(3, busy.fired());
  }

  @Test
  @WithFault(value = WithFault.Kind.CUT_WATCH, resource = "namespaces", after = 1, times = 2)
  void aWatchThatBreaksIsTakenUpAgain() throws Exception {
    for (String team : new String[] {"one", "two", "three", "four"}) {
      createTeam(team);
      awaitQuota(team);
    }
    assertEquals(2, faults.active().getFirst().fired());
  }

  @Test
  void aServerThatLosesItsHistoryIsListedAnew() throws Exception {
    createTeam("before");
    awaitQuota("before");
    Fault lists = faults.on(ApiRequest::isList).delay(Duration.ZERO);
    server.restartWithoutHistory();
    createTeam("after");
    awaitQuota("after");
    // The informer has listed the namespaces again, since its revision was gone.
    lists.awaitFired(Duration.ofSeconds(30));
  }
}
