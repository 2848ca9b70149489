package dev.rheo.client.official;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.client.transport.Answer;
import dev.rheo.client.transport.Transport;
import dev.rheo.client.transport.TransportContract;
import dev.rheo.testing.script.Reply;
import io.kubernetes.client.openapi.ApiClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientJavaTransportTest extends TransportContract {

  @Override
  protected Transport transport(String url) {
    return new ClientJavaTransport(client(url));
  }

  /** Each read of the client's own may take a minute at most. */
  private static ApiClient client(String url) {
    ApiClient client = new ApiClient();
    client.setBasePath(url);
    return client.setReadTimeout(60_000);
  }

  @Test
  void theClientsCredentialsAndHeadersAreSent() throws Exception {
    server.expect(request -> true, Reply.of(200, "{}"));
    ApiClient client = client(server.url() + "/");
    client.setApiKeyPrefix("Bearer");
    client.setApiKey("secret");
    client.addDefaultHeader("X-Team", "rheo");
    client.addDefaultHeader("Accept-Encoding", "gzip");

    try (Answer answer =
        new ClientJavaTransport(client).get("/version?a=b", Map.of("x-team", "informers"))) {
      assertThat(answer.status()).isEqualTo(200);
    }

    assertThat(server.requests())
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.path()).isEqualTo("/version");
              assertThat(request.query()).isEqualTo(Map.of("a", "b"));
              assertThat(request.header("Authorization")).contains("Bearer secret");
              assertThat(request.header("X-Team")).contains("informers");
              assertThat(request.header("Accept-Encoding")).contains("identity");
            });
  }

  @Test
  void aStreamMayBeSilentForLongerThanTheClientReads() throws Exception {
    server.expect(request -> true, Reply.stream().bytes("x"));
    ApiClient client = client(server.url()).setReadTimeout(1);

    try (Answer answer = new ClientJavaTransport(client).get("/", Map.of())) {
      assertThat(answer.body().read()).isEqualTo('x');
    }
  }
}
