package dev.rheo.server.aggregation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.edge.ledger.Account;
import dev.rheo.server.aggregation.ApiServiceConditions.Finding;
import dev.rheo.server.outbound.ClusterServices;
import dev.rheo.server.outbound.Connections;
import dev.rheo.server.outbound.EndpointServices;
import dev.rheo.server.outbound.ServiceObjects;
import dev.rheo.server.security.Pki;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import javax.net.ssl.KeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is found of an extension API server, by its Service and its answers. */
@Timeout(60)
class AvailabilityCheckTest {
  private static final String SERVICE =
      "{'spec':{'type':'ClusterIP','clusterIP':'127.0.0.1','ipFamilies':['IPv4'],"
          + "'ports':[{'name':'other','port':1},{'name':'https','port':%d}]}}";
  private static final String SLICE =
      "{'addressType':'IPv4','endpoints':[{'addresses':['127.0.0.1'],'conditions':{'ready':%s}}],"
          + "'ports':[{'name':'%s','port':%d}]}";

  @TempDir Path folder;
  private final Objects objects = new Objects();

  private static final class Objects implements ServiceObjects {
    private @Nullable ObjectNode service;
    private final List<ObjectNode> slices = new ArrayList<>();
    private @Nullable ApiException failure;
    private boolean slicesFail;

    @Override
    public @Nullable ObjectNode service(String namespace, String name) {
      if (failure != null && !slicesFail) {
        throw failure;
      }
      return service;
    }

    @Override
    public List<ObjectNode> slices(String namespace, String name) {
      if (failure != null) {
        throw failure;
      }
      return slices;
    }
  }

  private static ObjectNode json(String text) {
    try {
      JsonNode read = new ObjectMapper().readTree(text.replace('\'', '"'));
      return (ObjectNode) read;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private ObjectNode spec(int port, byte[] bundle) {
    ObjectNode spec = json("{'group':'ext.example.com','version':'v1'}");
    spec.put("caBundle", Base64.getEncoder().encodeToString(bundle));
    spec.putObject("service")
        .put("namespace", "default")
        .put("name", "kubernetes")
        .put("port", port);
    return spec;
  }

  private Finding find(int port, boolean toEndpoints) throws Exception {
    return find(port, toEndpoints, pki().authorityPem());
  }

  private Finding find(int port, boolean toEndpoints, byte[] bundle) throws Exception {
    try (Connections connections =
        new Connections(
            toEndpoints
                ? new EndpointServices(objects, new Random(1))
                : new ClusterServices(objects::service))) {
      ObjectNode spec = spec(port, bundle);
      ExtensionServer server =
          new ExtensionServers(
                  connections,
                  Account.root("all", 1 << 20),
                  new KeyManager[] {pki().frontProxy()},
                  Clock.systemUTC())
              .of("v1.ext.example.com", spec);
      return new AvailabilityCheck(objects).of("v1.ext.example.com", spec, server);
    }
  }

  private Pki pki() throws Exception {
    return Pki.open(folder, "127.0.0.1", Clock.systemUTC());
  }

  private static String no(String reason, String message) {
    return "False " + reason + ": " + message;
  }

  private static String shown(@Nullable Finding finding) {
    return finding == null
        ? "nothing"
        : finding.status() + " " + finding.reason() + ": " + finding.message();
  }

  @Test
  void aServiceMustBeThereWithThePortAndEndpoints() throws Exception {
    String service = "service/kubernetes in \"default\"";
    assertThat(shown(find(443, false)))
        .isEqualTo(no("ServiceNotFound", service + " is not present"));
    objects.failure = ApiException.internalError("no disk", new IllegalStateException());
    assertThat(shown(find(443, false)))
        .startsWith("Unknown ServiceAccessError: " + service + " cannot be checked due to: ");
    objects.slicesFail = true;
    objects.service = json(SERVICE.formatted(443));
    assertThat(shown(find(443, false)))
        .startsWith("Unknown EndpointsAccessError: " + service + " cannot be checked due to: ");
    objects.failure = null;
    assertThat(shown(find(444, false)))
        .isEqualTo(no("ServicePortError", service + " is not listening on port 444"));
    assertThat(shown(find(443, false)))
        .isEqualTo(no("EndpointsNotFound", "cannot find endpointslices for " + service));
    String missing =
        "endpointslices for " + service + " have no addresses with port name \"https\"";
    objects.slices.add(json(SLICE.formatted("false", "https", 443)));
    assertThat(shown(find(443, false))).isEqualTo(no("MissingEndpoints", missing));
    objects.slices.add(json(SLICE.formatted("true", "other", 443)));
    assertThat(shown(find(443, false))).isEqualTo(no("MissingEndpoints", missing));
  }

  @Test
  void theServerMustAnswer() throws Exception {
    try (Stub stub = new Stub(pki().tls(), Stub.says("HTTP/1.1 204 OK\r\n\r\n"))) {
      int port = stub.port();
      objects.service = json(SERVICE.formatted(port));
      objects.slices.add(json(SLICE.formatted("true", "https", port)));
      for (boolean toEndpoints : new boolean[] {false, true}) {
        assertThat(find(port, toEndpoints)).isEqualTo(Finding.PASSED);
      }
      assertThat(stub.requests.getFirst())
          .startsWith("GET /apis/ext.example.com/v1 HTTP/1.1\r\nHost: 127.0.0.1:" + port)
          .contains("X-Remote-User: system:kube-aggregator\r\nX-Remote-Group: system:masters\r\n");
      String url = "https://127.0.0.1:" + port + "/apis/ext.example.com/v1";
      String failing = "failing or missing response from " + url + ": ";
      stub.does(Stub.says("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
      assertThat(shown(find(port, false)))
          .isEqualTo(no("FailedDiscoveryCheck", failing + "bad status from " + url + ": 404"));
      stub.does(Stub.breaksOffAfter(""));
      assertThat(shown(find(port, false)))
          .isEqualTo(no("FailedDiscoveryCheck", failing + "Get \"" + url + "\": EOF"));
      assertThat(
              shown(
                  find(
                      port,
                      false,
                      Pki.open(folder.resolve("x"), "x", Clock.systemUTC()).authorityPem())))
          .isEqualTo(
              no(
                  "FailedDiscoveryCheck",
                  failing
                      + "Get \""
                      + url
                      + "\": tls: failed to verify certificate: x509: certificate signed by unknown"
                      + " authority"));
      stub.close();
      assertThat(shown(find(port, false)))
          .isEqualTo(
              no(
                  "FailedDiscoveryCheck",
                  failing
                      + "Get \""
                      + url
                      + "\": dial tcp 127.0.0.1:"
                      + port
                      + ": connect: connection refused"));
    }
  }

  /** One endpoint of several that answers is enough. */
  @Test
  void oneAnswerOfFiveIsEnough() throws Exception {
    int[] asked = {0};
    try (Stub stub =
        new Stub(
            pki().tls(),
            (_, _, out) -> {
              synchronized (asked) {
                asked[0]++;
                Stub.write(
                    out,
                    "HTTP/1.1 " + (asked[0] == 5 ? 200 : 500) + " X\r\nContent-Length: 0\r\n\r\n");
              }
              return true;
            })) {
      objects.service = json(SERVICE.formatted(stub.port()));
      objects.slices.add(json(SLICE.formatted("true", "https", stub.port())));
      assertThat(find(stub.port(), false)).isEqualTo(Finding.PASSED);
      assertThat(asked[0]).isEqualTo(5);
    }
  }

  @Test
  void otherServicesAreResolvedAsUpstreamDoes() throws Exception {
    objects.service = json("{'spec':{'type':'ExternalName','externalName':'127.0.0.1'}}");
    try (Stub stub = new Stub(pki().tls(), Stub.says("HTTP/1.1 204 OK\r\n\r\n"))) {
      assertThat(find(stub.port(), false)).isEqualTo(Finding.PASSED);
    }
    assertThat(shown(find(443, true)))
        .isEqualTo(no("FailedDiscoveryCheck", "unsupported service type \"ExternalName\""));
    objects.service =
        json("{'spec':{'type':'NodePort','clusterIP':'127.0.0.1','ports':[{'port':443}]}}");
    assertThat(shown(find(444, false)))
        .isEqualTo(
            no("FailedDiscoveryCheck", "no service port 444 found for service \"kubernetes\""));
    assertThat(shown(find(443, true)))
        .isEqualTo(no("FailedDiscoveryCheck", "no endpoints available for service \"kubernetes\""));
  }

  @Test
  void certificatesThatCannotBeReadSayNothingOfTheServer() throws Exception {
    objects.service = json("{'spec':{'type':'ExternalName','externalName':'127.0.0.1'}}");
    assertThat(find(443, false, new byte[] {1, 2, 3, 'x'})).isNull();
  }
}
