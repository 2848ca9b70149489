package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.server.security.BearerTokens.Verdict;
import dev.rheo.server.security.token.Claims;
import dev.rheo.server.security.token.Claims.Reference;
import dev.rheo.server.security.token.TestTokens;
import dev.rheo.server.security.token.TokenIssuer;
import dev.rheo.server.security.token.TokenVerifier;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenRequestTest {
  @TempDir private Path directory;
  private Cluster cluster;
  private String account;

  @BeforeEach
  void open() {
    cluster = new Cluster(directory);
    cluster.namespace("ns");
    account = uid(cluster.create("serviceaccounts", "ns", "{'metadata':{'name':'sa'}}"));
    cluster.create("serviceaccounts", "ns", "{'metadata':{'name':'other'}}");
    cluster.create("secrets", "ns", "{'metadata':{'name':'s'}}");
    cluster.create("nodes", "", "{'metadata':{'name':'n'}}");
    pod("p", "n");
    pod("q", "gone");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private void pod(String name, String node) {
    cluster.create(
        "pods",
        "ns",
        "{'metadata':{'name':'%s'},'spec':{'serviceAccountName':'sa','nodeName':'%s','containers':[{'name':'c','image':'i'}]}}"
            .formatted(name, node));
  }

  private static String uid(JsonNode object) {
    return object.at("/metadata/uid").asText();
  }

  private String uid(String resource, String namespace, String name) {
    return uid(cluster.stored(resource, namespace, name));
  }

  private JsonNode request(String account, String body) {
    WriteResult result =
        cluster.writes.create(
            cluster.path("serviceaccounts", "ns", account, "token"),
            Cluster.body(body),
            WriteOptions.none(),
            Cluster.USER);
    assertThat(result.code()).isEqualTo(201);
    return Cluster.json(result);
  }

  private Claims claims(String spec) {
    return TestTokens.claims(request("sa", "{'spec':" + spec + "}").at("/status/token").asText());
  }

  @Test
  void aTokenSaysWhatWasAskedFor() {
    JsonNode answer = request("sa", "{}");
    assertThat(answer.at("/kind").asText()).isEqualTo("TokenRequest");
    assertThat(answer.at("/metadata/name").asText()).isEqualTo("sa");
    assertThat(answer.at("/metadata/namespace").asText()).isEqualTo("ns");
    assertThat(uid(answer)).isEqualTo(account);
    assertThat(answer.at("/spec/audiences/0").asText()).isEqualTo(TokenIssuer.DEFAULT_ISSUER);
    assertThat(answer.at("/spec/expirationSeconds").asInt()).isEqualTo(3600);
    assertThat(answer.at("/spec/boundObjectRef").isNull()).isTrue();
    assertThat(answer.at("/status/expirationTimestamp").asText())
        .isEqualTo(cluster.now.plusSeconds(3600).toString());
    Claims claims = TestTokens.claims(answer.at("/status/token").asText());
    long at = cluster.now.getEpochSecond();
    assertThat(claims)
        .isEqualTo(
            new Claims(
                TokenIssuer.DEFAULT_ISSUER,
                List.of(TokenIssuer.DEFAULT_ISSUER),
                at,
                at + 3600,
                at,
                claims.id(),
                "ns",
                new Reference("sa", account),
                null,
                null,
                null,
                0));
    assertThat(claims.id()).hasSize(36);
    assertThat(claims("{'audiences':['a','b']}").audiences()).containsExactly("a", "b");
  }

  @Test
  void aTokenMayBeBoundToAnObject() {
    Claims toPod = claims("{'boundObjectRef':{'kind':'Pod','apiVersion':'v1','name':'p'}}");
    assertThat(toPod.pod()).isEqualTo(new Reference("p", uid("pods", "ns", "p")));
    assertThat(toPod.node()).isEqualTo(new Reference("n", uid("nodes", "", "n")));
    assertThat(claims("{'boundObjectRef':{'kind':'Pod','apiVersion':'v1','name':'q'}}").node())
        .isEqualTo(new Reference("gone", ""));
    assertThat(claims("{'boundObjectRef':{'kind':'Node','apiVersion':'v1','name':'n'}}").node())
        .isEqualTo(new Reference("n", uid("nodes", "", "n")));
    Claims toSecret = claims("{'boundObjectRef':{'kind':'Secret','apiVersion':'v1','name':'s'}}");
    assertThat(toSecret.secret()).isEqualTo(new Reference("s", uid("secrets", "ns", "s")));
    assertThat(toSecret.node()).isNull();
  }

  @Test
  void aTokenOfAPodLivesForAYearAndSaysWhenItShouldHaveExpired() {
    String bound = "'boundObjectRef':{'kind':'Pod','apiVersion':'v1','name':'p'}";
    long at = cluster.now.getEpochSecond();
    Claims extended = claims("{'expirationSeconds':3607," + bound + "}");
    assertThat(extended.expires()).isEqualTo(at + 365L * 24 * 60 * 60);
    assertThat(extended.warnAfter()).isEqualTo(at + 3607);
    Claims other = claims("{'expirationSeconds':3607,'audiences':['a']," + bound + "}");
    assertThat(other.expires()).isEqualTo(at + 3607);
    assertThat(other.warnAfter()).isZero();
    assertThat(claims("{'expirationSeconds':3607}").expires()).isEqualTo(at + 3607);
    assertThat(claims("{'expirationSeconds':3608," + bound + "}").expires()).isEqualTo(at + 3608);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sa | {'spec':{'expirationSeconds':599}} | 422 | TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes",
        "sa | {'spec':{'expirationSeconds':4294967297}} | 422 | TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds",
        "sa | {'metadata':{'name':'x'}} | 422 | TokenRequest.authentication.k8s.io \"sa\" is invalid: metadata.name: Invalid value: \"x\": must match the service account name if specified",
        "sa | {'metadata':{'namespace':'x'}} | 400 | the namespace of the provided object does not match the namespace sent on the request",
        "sa | {'kind':'Pod','apiVersion':'v1'} | 400 | Pod in version \"v1\" cannot be handled as a TokenRequest: converting (v1.Pod) to (authentication.k8s.io/v1.TokenRequest): unknown conversion",
        "none | {} | 404 | serviceaccounts \"none\" not found",
        "sa | {'spec':{'boundObjectRef':{'kind':'ConfigMap','apiVersion':'v1','name':'x'}}} | 400 | cannot bind token to object of type /v1, Kind=ConfigMap",
        "sa | {'spec':{'boundObjectRef':{'kind':'Pod','apiVersion':'apps/v1','name':'x'}}} | 400 | cannot bind token to object of type apps/v1, Kind=Pod",
        "sa | {'spec':{'boundObjectRef':{'name':'x'}}} | 400 | cannot bind token to object of type /, Kind=",
        "sa | {'spec':{'boundObjectRef':{'kind':'Pod','apiVersion':'v1'}}} | 400 | Name parameter required.",
        "sa | {'spec':{'boundObjectRef':{'kind':'Pod','apiVersion':'v1','name':'x'}}} | 404 | pods \"x\" not found",
        "sa | {'spec':{'boundObjectRef':{'kind':'Node','apiVersion':'v1','name':'x'}}} | 404 | nodes \"x\" not found",
        "other | {'spec':{'boundObjectRef':{'kind':'Pod','apiVersion':'v1','name':'p'}}} | 400 | cannot bind token for serviceaccount \"other\" to pod running with different serviceaccount name.",
        "sa | {'spec':{'boundObjectRef':{'kind':'Pod','apiVersion':'v1','name':'p','uid':'x'}}} | 409 | Operation cannot be fulfilled on Pod \"p\": the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated"
      })
  void whatIsRefused(String name, String body, int code, String message) {
    assertThatThrownBy(() -> request(name, body))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status().message()).isEqualTo(message);
              assertThat(e.code()).isEqualTo(code);
            });
  }

  @Test
  void anAccountThatWasMadeAgainIsAnother() {
    assertThatThrownBy(() -> request("sa", "{'metadata':{'uid':'x'}}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(409));
    assertThat(request("sa", "{'metadata':{'uid':'" + account + "'}}").has("status")).isTrue();
    assertThatThrownBy(
            () ->
                cluster.writes.create(
                    cluster.path("serviceaccounts", "none", "sa", "token"),
                    Cluster.body("{}"),
                    WriteOptions.none(),
                    Cluster.USER))
        .hasMessage("namespaces \"none\" not found");
  }

  /** Against the real cache: the verdict follows every change, without a lag that matters. */
  @Test
  void aTokenEndsWithItsObjects() {
    String bound = "{'spec':{'boundObjectRef':{'kind':'Secret','apiVersion':'v1','name':'s'}}}";
    String token = request("sa", bound).at("/status/token").asText();
    LiveObjects objects = new LiveObjects(cluster.store, cluster.cache, cluster.registry);
    try (TokenVerifier verifier = new TokenVerifier(cluster.issuer, objects, () -> cluster.now)) {
      assertThat(verify(verifier, token).user()).isNotNull();
      cluster.settle();
      verify(verifier, token);
      assertThat(verifier.known(token).user()).as("in memory").isNotNull();
      cluster.patch(
          cluster.path("secrets", "ns", "s"),
          "application/merge-patch+json",
          "{'metadata':{'labels':{'a':'b'}}}");
      cluster.settle();
      assertThat(verifier.known(token)).as("changed").isNull();
      assertThat(verify(verifier, token).user()).isNotNull();
      cluster.delete("secrets", "ns", "s");
      cluster.create("secrets", "ns", "{'metadata':{'name':'s'}}");
      cluster.settle();
      assertThat(verify(verifier, token).fault()).startsWith("secret UID (");
      cluster.delete("secrets", "ns", "s");
      cluster.settle();
      assertThat(verify(verifier, token).fault())
          .isEqualTo("service account token has been invalidated");
    }
  }

  private Verdict verify(TokenVerifier verifier, String token) {
    return verifier.verify(token, cluster.issuer.audiences()).join();
  }
}
