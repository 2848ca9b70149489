package dev.rheo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpRequest;
import dev.rheo.server.metrics.AccessMetrics;
import dev.rheo.server.metrics.MetricsPage;
import dev.rheo.server.request.info.RequestInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessControlTest {

  private static final String SECRET = "/api/v1/namespaces/d/secrets/s";

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private AccessControl access;

  @BeforeEach
  void build(@TempDir Path folder) throws Exception {
    Path tokens = Files.writeString(folder.resolve("tokens"), "admin,root,1,system:masters\n");
    access =
        new AccessControl(
            new Authenticator(List.of(), TokenFile.read(tokens), Clock.systemUTC()),
            new Authorizer(),
            new AccessMetrics(registry));
  }

  private Identity admit(String method, String path, String... fields) {
    HttpHeaders headers = new HttpHeaders();
    for (int i = 0; i < fields.length; i += 2) {
      headers.add(fields[i], fields[i + 1]);
    }
    HttpRequest request = HttpRequest.of(method, path, headers, new byte[0]);
    return access.admit(request, RequestInfo.of(request));
  }

  private List<String> counts() throws Exception {
    String page = new String(new MetricsPage(registry).bytes(), StandardCharsets.UTF_8);
    return page.lines().filter(line -> line.startsWith("auth")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bob", "system:anonymous"})
  void whoIsImpersonatedMayDoNoMoreThanBefore(String user) throws Exception {
    // Not 401 for the anonymous user: the one who impersonates is authenticated.
    assertThatThrownBy(
            () ->
                admit("DELETE", SECRET, "Authorization", "Bearer admin", "Impersonate-User", user))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(403))
        .hasMessage(
            "secrets \"s\" is forbidden: User \""
                + user
                + "\" cannot delete resource \"secrets\" in API group \"\" in the namespace"
                + " \"d\"");
    assertThat(counts())
        .contains(
            "authentication_attempts{result=\"success\"} 1.0",
            "authorization_attempts_total{result=\"allowed\"} 0.0",
            "authorization_attempts_total{result=\"no-opinion\"} 1.0");
  }

  @Test
  void whoIsImpersonatedIsWhoActs() {
    Identity identity =
        admit(
            "DELETE",
            SECRET,
            "Authorization",
            "Bearer admin",
            "Impersonate-User",
            "bob",
            "Impersonate-Group",
            "system:masters");
    assertThat(identity.user().name()).isEqualTo("bob");
    assertThat(identity.impersonated()).isTrue();
    assertThat(identity.weight()).isPositive();
  }

  @Test
  void whoActsAsHerselfWeighsNothing() {
    Identity identity = admit("DELETE", SECRET, "Authorization", "Bearer admin");
    assertThat(identity.user().name()).isEqualTo("root");
    assertThat(identity.impersonated()).isFalse();
    assertThat(identity.weight()).isZero();
  }

  @Test
  void whoMayNotImpersonateIsNotAuthorizedAsTheOther() throws Exception {
    assertThatThrownBy(() -> admit("GET", "/version", "Impersonate-User", "root"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(401));
    assertThat(counts())
        .contains(
            "authentication_attempts{result=\"success\"} 1.0",
            "authorization_attempts_total{result=\"allowed\"} 0.0",
            "authorization_attempts_total{result=\"no-opinion\"} 0.0");
  }

  @Test
  void aRefusalOfAnImpersonatedUserIsShort() {
    String large = "x\u200b".repeat(20_000);
    assertThatThrownBy(
            () ->
                admit("DELETE", SECRET, "Authorization", "Bearer admin", "Impersonate-User", large))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.status().toJson().length).isLessThan(8192));
  }
}
