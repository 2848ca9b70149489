package dev.rheo.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpRequest;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.server.aggregation.ApiService;
import dev.rheo.server.aggregation.ApiServices;
import dev.rheo.server.request.info.RequestInfo;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {

  private static final ApiServices SERVICES =
      new ApiServices(
          List.of(
              service("v1.ext.example.com", "ext.example.com", "v1", false),
              service("v1.apps", "apps", "v1", true)));

  private final Routes routes = new Routes(BuiltInResources::registry, () -> SERVICES);

  private static ApiService service(String name, String group, String version, boolean local) {
    return new ApiService(name, "", group, version, 1, 1, local, false, null);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /version, path",
    "POST, /readyz, path",
    "GET, /api/v1, path",
    "GET, /api/v1/pods, pods",
    "GET, /api/v1/namespaces/d/pods, pods",
    "DELETE, /api/v1/namespaces/d/pods, pods",
    "GET, /api/v1/namespaces/d/pods/p, pods",
    "PUT, /api/v1/namespaces/d/pods/p/status, pods",
    "GET, /api/v1/namespaces/d, namespaces",
    "PUT, /api/v1/namespaces/d/finalize, namespaces",
    "POST, /api/v1/namespaces/d/bindings, bindings",
    "GET, /apis/apps/v1/watch/namespaces/d/deployments, deployments",
    "HEAD, /api/v1/pods, 405",
    "HEAD, /api/v1/namespaces/d/pods/p/status, 405",
    "POST, /api/v1/pods, 405",
    "DELETE, /api/v1/pods, 405",
    "PUT, /api/v1/namespaces/d/pods, 405",
    "POST, /api/v1/namespaces/d/pods/p/status, 405",
    "TRACE, /api/v1/pods, 405",
    "GET, /api/v1/pods/p, 404",
    "GET, /api/v1/namespaces//pods, 404",
    "GET, /api/v1/namespaces/d/pods//status, 404",
    "GET, /api/v1/namespaces/d/nodes, 404",
    "GET, /api/v1/namespaces/d/pods/p/nothing, 404",
    "GET, /api/v1/namespaces/d/pods/p/status/x, 404",
    "GET, /api/v1/nothing, 404",
    "GET, /apis/apps/v9/deployments, 404",
    "GET, /apis/none.example.com/v1/things, text",
    "GET, /apis/apps/v1/deployments, deployments",
    "GET, /apis/ext.example.com, path",
    "GET, /apis/ext.example.com/, path",
    "GET, /apis/ext.example.com/v1, v1.ext.example.com",
    "TRACE, /apis/ext.example.com/v1/, v1.ext.example.com",
    "DELETE, /apis/ext.example.com/v1/namespaces/a/b/c, v1.ext.example.com",
    "GET, /apis/ext.example.com/v1//, v1.ext.example.com",
    "GET, /apis/ext.example.com/v10, path",
    "GET, /apis/ext.example.com/v2/things, text",
    "GET, /openapi/v3/apis/ext.example.com/v1, path"
  })
  void aPathLeadsToOnePlaceOrToNone(String method, String path, String where) {
    HttpRequest request = HttpRequest.of(method, path, new HttpHeaders(), new byte[0]);
    String found =
        switch (routes.find(request, RequestInfo.of(request))) {
          case Route.ToPath _ -> "path";
          case Route.ToExtension(var service) -> service.name();
          case Route.ToResource(var type) -> type.plural();
          case Route.Nowhere(var refusal) ->
              refusal == null ? "text" : Integer.toString(refusal.code());
        };
    assertThat(found).isEqualTo(where);
  }

  @Test
  void theCoreGroupCanBeAnExtensionsAsAWhole() {
    ApiServices services = new ApiServices(List.of(service("v1.", "", "v1", false)));
    Routes core = new Routes(BuiltInResources::registry, () -> services);
    for (String path : List.of("/api", "/api/v1/pods", "/api/v2")) {
      HttpRequest request = HttpRequest.of("GET", path, new HttpHeaders(), new byte[0]);
      assertThat(core.find(request, RequestInfo.of(request))).isInstanceOf(Route.ToExtension.class);
    }
  }

  /** It is parsed on the event loop, before it is known who asks. */
  @Test
  @Timeout(10)
  void aPathIsSplitInTimeProportionalToItsLength() {
    String path = "/api/v1/pods" + "/".repeat(1 << 20);
    assertThat(RequestInfo.of("GET", path, false, null).parts()).containsExactly("pods");
  }
}
