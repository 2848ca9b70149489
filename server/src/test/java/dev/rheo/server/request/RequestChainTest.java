package dev.rheo.server.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.ledger.Ledger;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.server.aggregation.ApiServices;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.metrics.AccessMetrics;
import dev.rheo.server.metrics.MetricsPage;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.metrics.SeatStats;
import dev.rheo.server.security.AccessControl;
import dev.rheo.server.security.Authenticator;
import dev.rheo.server.security.Authorizer;
import dev.rheo.server.security.TokenFile;
import dev.rheo.server.security.User;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of the steps that a request passes, and what each of them is told. */
class RequestChainTest {

  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Seats seats = new Seats(new Seats.Limits(1, 1, 0, Duration.ZERO));
  private final List<Call> calls = new ArrayList<>();
  private Verb verb = RequestChainTest::done;
  private RequestChain chain;

  @BeforeEach
  void build(@TempDir Path folder) throws Exception {
    Path tokens =
        Files.writeString(
            folder.resolve("tokens"), "admin,root,1,system:masters\nplain,bob,2,dev\n");
    chain =
        new RequestChain(
            new AccessControl(
                new Authenticator(List.of(), TokenFile.read(tokens), Clock.systemUTC()),
                new Authorizer(),
                new AccessMetrics(registry)),
            new Routes(BuiltInResources::registry, () -> ApiServices.NONE),
            seats,
            call -> {
              calls.add(call);
              return verb.answer(call);
            },
            new Reporting(
                new Encodings(
                    Clock.systemUTC(), FeatureGates.defaults(), BuiltInResources::registry),
                new RequestMetrics(registry, BuiltInResources::registry)),
            new Ledger(Ledger.Limits.roomy()));
  }

  private static HttpResponse done(Call call) {
    return HttpResponse.bytes(200, "text/plain", "done".getBytes(StandardCharsets.UTF_8));
  }

  private static HttpRequest request(String method, String target, String token, String... fields) {
    HttpHeaders headers = new HttpHeaders();
    if (!token.isEmpty()) {
      headers.add("Authorization", "Bearer " + token);
    }
    for (int i = 0; i < fields.length; i += 2) {
      headers.add(fields[i], fields[i + 1]);
    }
    return HttpRequest.of(method, target, headers, new byte[0]);
  }

  /** Does with a request what the edge does. */
  private HttpResponse send(HttpRequest request) throws Exception {
    HttpResponse early = chain.precheck(request);
    return early == null ? chain.handle(request) : early;
  }

  private HttpResponse send(String method, String target, String token) throws Exception {
    return send(request(method, target, token));
  }

  private static String text(HttpResponse response) {
    byte[] bytes = response.bytes();
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  private void assertCounted(String... lines) throws Exception {
    String page = new String(new MetricsPage(registry).bytes(), StandardCharsets.UTF_8);
    assertThat(page.lines()).contains(lines);
  }

  @ParameterizedTest
  @CsvSource({
    "admin, 200, 1, 0, 1, 0",
    "plain, 403, 1, 0, 0, 1",
    "wrong, 401, 0, 1, 0, 0",
    "'', 401, 1, 0, 0, 1"
  })
  void aRequestIsAuthenticatedAndAuthorizedOnce(
      String token, int status, int known, int unknown, int allowed, int refused) throws Exception {
    assertThat(send("GET", MAPS, token).status()).isEqualTo(status);
    assertThat(calls).hasSize(status == 200 ? 1 : 0);
    assertCounted(
        "authentication_attempts{result=\"success\"} " + known + ".0",
        "authentication_attempts{result=\"error\"} " + unknown + ".0",
        "authorization_attempts_total{result=\"allowed\"} " + allowed + ".0",
        "authorization_attempts_total{result=\"no-opinion\"} " + refused + ".0");
  }

  @Test
  void whoIsRefusedNeitherTakesASeatNorWaitsForOne() throws Exception {
    verb =
        _ -> {
          verb = RequestChainTest::done;
          assertThat(seats.stats()).isEqualTo(new SeatStats(1, 0, 0, 0));
          assertThat(send("GET", MAPS, "wrong").status()).isEqualTo(401);
          assertThat(send("GET", MAPS, "").status()).isEqualTo(401);
          assertThat(send("GET", MAPS, "plain").status()).isEqualTo(403);
          assertThat(seats.stats()).isEqualTo(new SeatStats(1, 0, 0, 0));
          // The only seat is taken: a request that is allowed is refused here.
          assertThat(send("GET", MAPS, "admin").status()).isEqualTo(429);
          assertThat(seats.stats()).isEqualTo(new SeatStats(1, 0, 1, 0));
          assertThat(calls).hasSize(1);
          for (String unlimited : List.of("/readyz", "/livez/ping", MAPS + "?watch=true")) {
            assertThat(send("GET", unlimited, "admin").status()).as(unlimited).isEqualTo(200);
          }
          assertThat(send("DELETE", MAPS, "admin").status()).isEqualTo(200);
          return done(calls.getFirst());
        };
    assertThat(send("GET", MAPS, "admin").status()).isEqualTo(200);
    assertThat(seats.stats()).isEqualTo(new SeatStats(0, 0, 1, 0));
  }

  @Test
  void aSeatIsFreeAgainAfterARefusalOrAFault() throws Exception {
    verb =
        _ -> {
          throw ApiException.conflict(new GroupResource("", "configmaps"), "a", "changed");
        };
    assertThat(send("GET", MAPS, "admin").status()).isEqualTo(409);
    verb =
        _ -> {
          throw new IllegalStateException("a bug");
        };
    assertThatThrownBy(() -> send("GET", MAPS, "admin")).hasMessage("a bug");
    assertThat(seats.stats()).isEqualTo(new SeatStats(0, 0, 0, 0));
  }

  @Test
  void theVerbKnowsAsWhomItActs() throws Exception {
    send("GET", MAPS, "admin");
    assertThat(calls.getLast().user().name()).isEqualTo("root");
    send("GET", "/version", "");
    assertThat(calls.getLast().user()).isEqualTo(User.ANONYMOUS);
    send(
        request(
            "GET",
            MAPS,
            "admin",
            "Impersonate-User",
            "eve",
            "Impersonate-Group",
            "system:masters"));
    assertThat(calls.getLast().user().name()).isEqualTo("eve");
    assertThat(send(request("GET", MAPS, "admin", "Impersonate-User", "eve")).status())
        .isEqualTo(403);
    assertThat(calls).hasSize(3);
  }

  @Test
  void aRequestThatPassedNoCheckReachesNoVerb() {
    assertThatThrownBy(() -> chain.handle(request("GET", "/version", "admin")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(calls).isEmpty();
  }

  @Test
  void anImpersonatedUserIsChargedToTheRequest() throws Exception {
    HttpRequest own = request("GET", MAPS, "admin");
    assertThat(chain.precheck(own)).isNull();
    assertThat(chain.weight(own)).isZero();
    String[] fields = new String[2002];
    fields[0] = "Impersonate-User";
    fields[1] = "eve";
    for (int i = 1; i <= 1000; i++) {
      fields[2 * i] = i == 1 ? "Impersonate-Group" : "Impersonate-Extra-" + i;
      fields[2 * i + 1] = i == 1 ? "system:masters" : "x";
    }
    HttpRequest another = request("GET", MAPS, "admin", fields);
    assertThat(chain.precheck(another)).isNull();
    // A map's entry, its key and its list of one value take about 150 bytes.
    assertThat(chain.weight(another)).isBetween(150_000L, 500_000L);
  }

  @Test
  void refusalsAreToldInTheClientsWordsAndCounted() throws Exception {
    verb =
        _ -> {
          throw ApiException.conflict(new GroupResource("", "endpoints"), "a", "changed");
        };
    HttpResponse json = send("GET", "/api/v1/namespaces/default/endpoints/a", "admin");
    assertThat(text(json)).contains("\"reason\":\"Conflict\"");
    assertThat(json.headers().get("Warning")).contains("v1 Endpoints is deprecated");
    HttpResponse protobuf =
        send(request("GET", MAPS, "admin", "Accept", "application/vnd.kubernetes.protobuf"));
    assertThat(protobuf.status()).isEqualTo(409);
    assertThat(protobuf.headers().get("Content-Type"))
        .isEqualTo("application/vnd.kubernetes.protobuf");
    assertThat(text(protobuf)).startsWith("k8s\0");
    assertCounted(
        "apiserver_request_total{code=\"409\",component=\"apiserver\",dry_run=\"\",group=\"\","
            + "resource=\"endpoints\",scope=\"resource\",subresource=\"\",verb=\"GET\","
            + "version=\"v1\"} 1.0",
        "apiserver_request_total{code=\"409\",component=\"apiserver\",dry_run=\"\",group=\"\","
            + "resource=\"configmaps\",scope=\"namespace\",subresource=\"\",verb=\"LIST\","
            + "version=\"v1\"} 1.0");
  }
}
