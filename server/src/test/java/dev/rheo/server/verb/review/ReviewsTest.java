package dev.rheo.server.verb.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.server.metrics.AccessMetrics;
import dev.rheo.server.security.AccessControl;
import dev.rheo.server.security.Authenticator;
import dev.rheo.server.security.Authorizer;
import dev.rheo.server.security.TokenFile;
import dev.rheo.server.security.User;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Public for the tests of writes, which need reviews. */
public class ReviewsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final User ADMIN = new User("admin", "u1", List.of(User.MASTERS));
  private static final User SOMEBODY =
      new User("somebody", "", List.of(User.AUTHENTICATED), Map.of("k", List.of("v")));

  /** Reviews of a server without tokens. */
  public static Reviews reviews() {
    return new Reviews(
        new AccessControl(
            new Authenticator(List.of(), TokenFile.none(), Clock.systemUTC()),
            new Authorizer(),
            new AccessMetrics(new PrometheusRegistry())));
  }

  private static JsonNode status(String plural, String namespace, User user, String spec)
      throws Exception {
    ObjectNode review =
        (ObjectNode)
            JSON.readTree("{'kind':'K','spec':".replace('\'', '"') + spec.replace('\'', '"') + "}");
    reviews().answer(plural, review, namespace, user);
    return review.path("status");
  }

  private static void refused(int code, String plural, String namespace, String spec) {
    assertThatThrownBy(() -> status(plural, namespace, ADMIN, spec))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void tellsWhoAsks() throws Exception {
    JsonNode info = status("selfsubjectreviews", "", SOMEBODY, "{}").path("userInfo");
    assertThat(info.path("username").asText()).isEqualTo("somebody");
    assertThat(info.has("uid")).isFalse();
    assertThat(info.path("groups").get(0).asText()).isEqualTo(User.AUTHENTICATED);
    assertThat(info.path("extra").path("k").get(0).asText()).isEqualTo("v");
  }

  @Test
  void tellsWhatOneMay() throws Exception {
    String pods = "{'resourceAttributes':{'verb':'delete','resource':'pods','namespace':'ns'}}";
    String health = "{'nonResourceAttributes':{'verb':'get','path':'/healthz'}}";
    assertThat(allowed("selfsubjectaccessreviews", "", ADMIN, pods)).isTrue();
    assertThat(allowed("selfsubjectaccessreviews", "", SOMEBODY, pods)).isFalse();
    assertThat(allowed("selfsubjectaccessreviews", "", SOMEBODY, health)).isTrue();
    String other = pods.replace("{'res", "{'user':'x','groups':['system:masters'],'res");
    assertThat(allowed("subjectaccessreviews", "", SOMEBODY, other)).isTrue();
    assertThat(allowed("localsubjectaccessreviews", "ns", SOMEBODY, other)).isTrue();
    JsonNode rules = status("selfsubjectrulesreviews", "", ADMIN, "{'namespace':'ns'}");
    assertThat(rules.path("resourceRules").get(0).path("verbs").get(0).asText()).isEqualTo("*");
    assertThat(status("selfsubjectrulesreviews", "", SOMEBODY, "{'namespace':'ns'}").toString())
        .contains("selfsubjectreviews")
        .contains("/openapi");
  }

  private static boolean allowed(String plural, String namespace, User user, String spec)
      throws Exception {
    return status(plural, namespace, user, spec).path("allowed").asBoolean();
  }

  @Test
  void aTokenThatNobodyHasIsNotAuthenticated() throws Exception {
    JsonNode status = status("tokenreviews", "", ADMIN, "{'token':'x'}");
    assertThat(status.path("authenticated").asBoolean()).isFalse();
    assertThat(status.path("error").asText()).isEqualTo("invalid bearer token");
    refused(400, "tokenreviews", "", "{}");
  }

  @Test
  void questionsThatAreNone() {
    String pods = "'resourceAttributes':{'verb':'get','resource':'pods','namespace':'ns'}";
    String path = "'nonResourceAttributes':{'verb':'get','path':'/x'}";
    refused(422, "selfsubjectaccessreviews", "", "{}");
    refused(422, "selfsubjectaccessreviews", "", "{" + pods + "," + path + "}");
    refused(422, "subjectaccessreviews", "", "{" + pods + "}");
    refused(422, "localsubjectaccessreviews", "other", "{'user':'x'," + pods + "}");
    refused(422, "localsubjectaccessreviews", "ns", "{'user':'x'," + path + "}");
    refused(400, "selfsubjectrulesreviews", "", "{}");
  }

  @Test
  void selectorsThatAreNone() throws Exception {
    String about = "{'resourceAttributes':{'verb':'get','resource':'pods','%s':%s}}";
    for (String selector : List.of("labelSelector", "fieldSelector")) {
      for (String bad :
          List.of(
              "{}",
              "{'requirements':[]}",
              "{'rawSelector':'a','requirements':[{'key':'a','operator':'Exists'}]}",
              "{'requirements':[{'operator':'Exists'}]}",
              "{'requirements':[{'key':'a','operator':'In'}]}",
              "{'requirements':[{'key':'a','operator':'Exists','values':['b']}]}")) {
        refused(422, "selfsubjectaccessreviews", "", about.formatted(selector, bad));
      }
      for (String good :
          List.of(
              "{'rawSelector':'a=b'}",
              "{'requirements':[{'key':'a','operator':'In','values':['b']}]}",
              "{'requirements':[{'key':'a','operator':'OfTheFuture'}]}")) {
        JsonNode answer =
            status("selfsubjectaccessreviews", "", ADMIN, about.formatted(selector, good));
        assertThat(answer.path("allowed").asBoolean()).as(good).isTrue();
      }
    }
    refused(
        422,
        "selfsubjectaccessreviews",
        "",
        about.formatted("labelSelector", "{'requirements':[{'key':'a b','operator':'Exists'}]}"));
  }
}
