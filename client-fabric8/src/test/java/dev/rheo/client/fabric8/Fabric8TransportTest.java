package dev.rheo.client.fabric8;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.Transport;
import dev.rheo.client.transport.TransportContract;
import dev.rheo.testing.script.Reply;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("transport")
class Fabric8TransportTest extends TransportContract {

  private final List<KubernetesClient> clients = new ArrayList<>();

  @Override
  protected Transport transport(String url) {
    return new Fabric8Transport(client(Clients.config(url).build()));
  }

  private KubernetesClient client(Config config) {
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    clients.add(client);
    return client;
  }

  @AfterEach
  void closeClients() {
    clients.forEach(KubernetesClient::close);
  }

  @Test
  void theClientOnTheClassPathIsTheOneThatTheBuildNames() {
    String major = System.getProperty("fabric8.major", "8");
    assertThat(Version.clientVersion()).startsWith(major + ".");
    assertThat(client(Clients.config(server.url()).build()).getHttpClient().getClass())
        .hasPackage(
            "io.fabric8.kubernetes.client." + System.getProperty("fabric8.transport", "vertx"));
  }

  @Test
  void theClientsCredentialsAndHeadersAreSent() throws Exception {
    server.expect(request -> true, Reply.of(200, "{}"));
    Config config =
        Clients.config(server.url())
            .withOauthToken("secret")
            .withImpersonateUsername("ada")
            .withImpersonateGroups("engineers")
            .withCustomHeaders(Map.of("Accept-Encoding", "gzip", "X-Team", "rheo"))
            .build();

    try (Answer answer = new Fabric8Transport(client(config)).get("/version", Map.of())) {
      assertThat(answer.status()).isEqualTo(200);
    }

    assertThat(server.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.header("Authorization")).contains("Bearer secret");
              assertThat(request.header("Impersonate-User")).contains("ada");
              assertThat(request.header("Impersonate-Group")).contains("engineers");
              assertThat(request.header("X-Team")).contains("rheo");
              assertThat(request.header("Accept-Encoding")).contains("identity");
            });
  }

  @Test
  void theRequestConfigOfADerivedClientHolds() throws Exception {
    server.expect(request -> true, Reply.status(503, "ServiceUnavailable", "try again"));
    KubernetesClient client = client(Clients.config(server.url()).build());
    var requests = new RequestConfigBuilder().withRequestRetryBackoffLimit(9).build();
    requests.setImpersonateUsername("bob");

    try (Answer answer =
        new Fabric8Transport(client.newClient(requests)).get("/version", Map.of())) {
      assertThat(answer.status()).isEqualTo(503);
    }

    assertThat(server.requests())
        .singleElement()
        .satisfies(request -> assertThat(request.header("Impersonate-User")).contains("bob"));
  }
}
