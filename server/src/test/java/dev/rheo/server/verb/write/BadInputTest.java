package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Cause;
import dev.rheo.api.status.Details;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Input that is refused, or that looks as if it should be: what kube-apiserver says of it. */
@Timeout(60)
class BadInputTest {
  private static final String EVENTS = "events.k8s.io/v1/events";

  @TempDir Path spool;
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
    cluster.settle();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static ApiException refused(int code, Runnable write) {
    ApiException refusal = catchThrowableOfType(ApiException.class, write::run);
    assertThat(refusal).as("a refusal").isNotNull();
    assertThat(refusal.code()).as(refusal.getMessage()).isEqualTo(code);
    return refusal;
  }

  private static Details details(ApiException refusal) {
    Details details = refusal.status().details();
    assertThat(details).isNotNull();
    return details;
  }

  private static List<String> fields(ApiException refusal) {
    return details(refusal).causes().stream().map(Cause::field).toList();
  }

  private WriteResult post(ObjectPath path, String mediaType, String body) {
    return cluster.writes.create(
        path,
        new RequestBody(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), mediaType),
        WriteOptions.none(),
        Cluster.USER);
  }

  private JsonNode deployment(String name) {
    return cluster.create(
        "apps/v1/deployments",
        "ns",
        ("{'metadata':{'name':'%s'},'spec':{'selector':{'matchLabels':{'a':'b'}},"
                + "'template':{'metadata':{'labels':{'a':'b'}},"
                + "'spec':{'containers':[{'name':'c','image':'i'}]}}}}")
            .formatted(name));
  }

  @Test
  void nullIsAnObjectWithoutFields() {
    ObjectPath maps = cluster.path("configmaps", "ns", "");
    for (String mediaType : List.of(MediaType.JSON, MediaType.YAML)) {
      assertThat(fields(refused(422, () -> post(maps, mediaType, " null\n"))))
          .as(mediaType)
          .containsExactly("metadata.name");
    }
    assertThat(fields(refused(422, () -> post(maps, MediaType.YAML, ""))))
        .containsExactly("metadata.name");
    refused(400, () -> post(maps, MediaType.JSON, ""));
  }

  @Test
  void aKindIsText() {
    ObjectPath maps = cluster.path("configmaps", "ns", "");
    for (String kind : List.of("[]", "{}", "5", "true")) {
      refused(
          400, () -> post(maps, MediaType.JSON, "{'metadata':{'name':'a'},'kind':" + kind + "}"));
      refused(
          400,
          () -> post(maps, MediaType.JSON, "{'metadata':{'name':'a'},'apiVersion':" + kind + "}"));
    }
    assertThat(post(maps, MediaType.JSON, "{'metadata':{'name':'a'},'kind':null}").code())
        .isEqualTo(201);
  }

  @Test
  void aPatchCannotMakeAnotherKind() {
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    ObjectPath map = cluster.path("configmaps", "ns", "a");
    for (String patch : List.of("{'kind':'Secret'}", "{'apiVersion':'v9'}", "{'kind':5}")) {
      assertThat(fields(refused(422, () -> cluster.patch(map, MediaType.MERGE_PATCH, patch))))
          .as(patch)
          .containsExactly("patch");
    }
    assertThat(
            fields(
                refused(
                    422,
                    () ->
                        cluster.patch(
                            map,
                            MediaType.JSON_PATCH,
                            "[{'op':'replace','path':'/kind','value':'Secret'}]"))))
        .containsExactly("patch");
    // It is no part of the object that a strategic merge patch is merged into.
    WriteResult strategic =
        cluster.patch(map, MediaType.STRATEGIC_MERGE_PATCH, "{'kind':'Secret','data':{'k':'v'}}");
    assertThat(Cluster.json(strategic).path("kind").asText()).isEqualTo("ConfigMap");
    assertThat(cluster.patch(map, MediaType.MERGE_PATCH, "{'kind':null}").code()).isEqualTo(200);
  }

  @Test
  void aRefusalWarnsToo() {
    String body =
        "{'metadata':{'name':'a','labels':{'a':'not valid'}},'unknown':1,'data':{'k':'1','k':'2'}}";
    ApiException refusal =
        refused(422, () -> post(cluster.path("configmaps", "ns", ""), MediaType.JSON, body));
    assertThat(refusal.warnings())
        .containsExactlyInAnyOrder("duplicate field \"data.k\"", "unknown field \"unknown\"");
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    ObjectPath map = cluster.path("configmaps", "ns", "a");
    assertThat(
            refused(
                    422,
                    () ->
                        cluster.patch(
                            map,
                            MediaType.MERGE_PATCH,
                            "{'metadata':{'labels':{'a':'not valid'}},'unknown':1}"))
                .warnings())
        .containsExactly("unknown field \"unknown\"");
  }

  @Test
  void whatIsWrongIsToldBeforeThatTheObjectExists() {
    deployment("web");
    assertThat(refused(409, () -> deployment("web")).reason()).isEqualTo("AlreadyExists");
    assertThat(
            fields(
                refused(
                    422,
                    () ->
                        cluster.create(
                            "apps/v1/deployments",
                            "ns",
                            "{'metadata':{'name':'web'},'spec':{'selector':{},"
                                + "'template':{'spec':{'containers':[]}}}}"))))
        .contains("spec.template.spec.containers");
  }

  @Test
  void aPrefixOfNamesIsCheckedWhereItIsUpstream() {
    JsonNode map = cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    ((ObjectNode) map.path("metadata")).put("generateName", "Bad_");
    assertThat(fields(refused(422, () -> cluster.update("configmaps", "ns", "a", map))))
        .containsExactly("metadata.generateName");
    JsonNode set = deployment("web");
    ((ObjectNode) set.path("metadata")).put("generateName", "Bad_");
    assertThat(cluster.update("apps/v1/deployments", "ns", "web", set).path("kind").asText())
        .isEqualTo("Deployment");
  }

  @Test
  void aLimitRangeNeedsNoName() {
    String name =
        cluster
            .create("limitranges", "ns", "{'spec':{'limits':[]}}")
            .path("metadata")
            .path("name")
            .asText();
    assertThat(name).matches("[0-9a-f-]{36}");
    assertThat(cluster.stored("limitranges", "ns", name)).isNotNull();
  }

  @Test
  void aConflictNamesTheKindAsItIsStored() {
    cluster.namespace("default");
    cluster.create(
        EVENTS,
        "default",
        "{'metadata':{'name':'e'},'eventTime':'2026-01-01T00:00:00.000001Z','reason':'r',"
            + "'action':'a','type':'Normal','reportingController':'c',"
            + "'reportingInstance':'i','regarding':{'kind':'Node','name':'n'}}");
    DeleteOptions other =
        DeleteOptions.parse(
            Cluster.json("{\"preconditions\":{\"uid\":\"x\"}}".getBytes(StandardCharsets.UTF_8)),
            "v1");
    ApiException event =
        refused(
            409,
            () -> cluster.writes.delete(cluster.path(EVENTS, "default", "e"), other, Cluster.USER));
    assertThat(details(event)).returns("", Details::group).returns("Event", Details::kind);
    ApiException namespace =
        refused(
            409,
            () -> cluster.writes.delete(cluster.path("namespaces", "", "ns"), other, Cluster.USER));
    assertThat(details(namespace).kind()).isEqualTo("namespaces");
  }

  @Test
  void anAddressIsNotGenerated() {
    String address =
        "{'metadata':{'generateName':'%s'},'spec':{'parentRef':{'resource':'services','name':'s'}}}";
    String addresses = "networking.k8s.io/v1/ipaddresses";
    assertThat(
            cluster
                .create(addresses, "", address.formatted("192.0.2.7"))
                .at("/metadata/name")
                .asText())
        .isEqualTo("192.0.2.7");
    assertThat(
            details(refused(422, () -> cluster.create(addresses, "", address.formatted("x"))))
                .name())
        .isEqualTo("x");
  }

  @Test
  void anEventIsRefusedInTheCoreGroup() {
    ApiException refusal =
        refused(
            422,
            () ->
                cluster.create(
                    EVENTS, "ns", "{'metadata':{'name':'e','labels':{'a':'not valid'}}}"));
    assertThat(details(refusal).group()).isEmpty();
    assertThat(fields(refusal)).startsWith("involvedObject.namespace").contains("metadata.labels");
    // Of the core group, what the object is about is checked first and alone.
    assertThat(
            fields(
                refused(
                    422,
                    () ->
                        cluster.create(
                            "events",
                            "ns",
                            "{'metadata':{'name':'e','labels':{'a':'not valid'}},"
                                + "'involvedObject':{'namespace':'other'}}"))))
        .containsExactly("involvedObject.namespace");
  }

  @Test
  void theMetadataOfAScaleAreChecked() {
    deployment("web");
    ObjectPath scale = cluster.path("apps/v1/deployments", "ns", "web", "scale");
    ApiException refusal =
        refused(
            422,
            () ->
                cluster.writes.update(
                    scale,
                    Cluster.body(
                        "{'metadata':{'name':'web','labels':{'a b':'c'},'finalizers':['bad']},"
                            + "'spec':{'replicas':-1}}"),
                    WriteOptions.none(),
                    Cluster.USER));
    assertThat(fields(refusal))
        .containsExactly("metadata.labels", "metadata.finalizers[0]", "spec.replicas");
    assertThat(details(refusal).kind()).isEqualTo("Scale");
  }

  @Test
  void aConflictOfAScaleNamesWhatWasRead() {
    deployment("web");
    ObjectPath scale = cluster.path("apps/v1/deployments", "ns", "web", "scale");
    String other = "{'metadata':{'name':'web','uid':'other'},'spec':{'replicas':2}}";
    ApiException put =
        refused(
            409,
            () ->
                cluster.writes.update(
                    scale, Cluster.body(other), WriteOptions.none(), Cluster.USER));
    assertThat(details(put).kind()).isEqualTo("deployments");
    ApiException patch = refused(409, () -> cluster.patch(scale, MediaType.MERGE_PATCH, other));
    assertThat(details(patch).kind()).isEqualTo("deployments/scale");
  }

  @Test
  void aBindingNamesItsPod() {
    cluster.create(
        "pods", "ns", "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
    ObjectPath bindings = cluster.path("bindings", "ns", "");
    refused(400, () -> post(bindings, MediaType.JSON, "{'target':{'name':'n'}}"));
    String old =
        "{'metadata':{'name':'p','uid':'other','resourceVersion':'1'},'target':{'name':'n'}}";
    ApiException refusal =
        refused(
            409,
            () ->
                post(
                    cluster.path("pods", "ns", "p", "binding"),
                    MediaType.JSON,
                    old.replace("'uid':'other',", "")));
    assertThat(details(refusal).kind()).isEqualTo("pods");
    // The uid of what is posted to a collection is none of the client's business.
    assertThat(post(bindings, MediaType.JSON, old.replace(",'resourceVersion':'1'", "")).code())
        .isEqualTo(201);
  }

  @Test
  void podsAreEvictedInTheFirstVersionToo() {
    cluster.create(
        "pods", "ns", "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
    ObjectPath eviction = cluster.path("pods", "ns", "p", "eviction");
    String body = "{'kind':'Eviction','apiVersion':'policy/%s','metadata':{'name':'p'}}";
    refused(400, () -> post(eviction, MediaType.JSON, body.formatted("v9")));
    assertThat(post(eviction, MediaType.JSON, body.formatted("v1beta1")).code()).isEqualTo(201);
  }

  @Test
  void whoeverDeletesAJobIsWarnedOfItsPods() {
    cluster.create(
        "batch/v1/jobs",
        "ns",
        "{'metadata':{'name':'j'},'spec':{'template':{'spec':{'restartPolicy':'Never',"
            + "'containers':[{'name':'c','image':'i'}]}}}}");
    ObjectPath job = cluster.path("batch/v1/jobs", "ns", "j");
    DeleteOptions told = DeleteOptions.parse(Map.of("propagationPolicy", List.of("Orphan")));
    ObjectPath none = cluster.path("batch/v1/jobs", "ns", "none");
    assertThat(
            refused(404, () -> cluster.writes.delete(none, DeleteOptions.none(), Cluster.USER))
                .warnings())
        .hasSize(1);
    assertThat(refused(404, () -> cluster.writes.delete(none, told, Cluster.USER)).warnings())
        .isEmpty();
    assertThat(cluster.writes.delete(job, DeleteOptions.none(), Cluster.USER).warnings())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("child pods are preserved");
  }

  @Test
  void devicesInUseAreForAdministrators() {
    String claim =
        "{'metadata':{'name':'%s'},'spec':{'devices':{'requests':[{'name':'a',"
            + "'exactly':{'deviceClassName':'c'}},{'name':'b',"
            + "'exactly':{'deviceClassName':'c','adminAccess':true}}]}}}";
    String claims = "resource.k8s.io/v1/resourceclaims";
    String templates = "resource.k8s.io/v1/resourceclaimtemplates";
    String template = claim.replace("'spec':{", "'spec':{'spec':{") + "}";
    String field = "spec.devices.requests[1].adminAccess";
    assertThat(fields(refused(422, () -> cluster.create(claims, "ns", claim.formatted("a")))))
        .containsExactly(field);
    assertThat(fields(refused(422, () -> cluster.create(templates, "ns", template.formatted("a")))))
        .containsExactly(field);
    cluster.create(
        "namespaces",
        "",
        "{'metadata':{'name':'admins','labels':{'resource.kubernetes.io/admin-access':'true'}}}");
    cluster.settle();
    assertThat(cluster.create(claims, "admins", claim.formatted("a")).path("kind").asText())
        .isEqualTo("ResourceClaim");
    assertThat(cluster.create(templates, "admins", template.formatted("a")).path("kind").asText())
        .isEqualTo("ResourceClaimTemplate");
  }

  @Test
  void theWriterOwnsWhatTheStoredVersionHasMore() {
    JsonNode autoscaler =
        cluster.create(
            "autoscaling/v1/horizontalpodautoscalers",
            "ns",
            "{'metadata':{'name':'h'},'spec':{'maxReplicas':2,"
                + "'scaleTargetRef':{'kind':'Deployment','name':'d','apiVersion':'apps/v1'}}}");
    assertThat(
            autoscaler
                .at("/metadata/managedFields/0/fieldsV1/f:spec/f:targetCPUUtilizationPercentage")
                .isMissingNode())
        .isFalse();
    JsonNode set =
        cluster.create(
            "apps/v1/daemonsets",
            "ns",
            "{'metadata':{'name':'d'},'spec':{'selector':{'matchLabels':{'a':'b'}},"
                + "'template':{'metadata':{'labels':{'a':'b'}},"
                + "'spec':{'containers':[{'name':'c','image':'i'}]}}}}");
    assertThat(
            set.at("/metadata/managedFields/0/fieldsV1/f:metadata/f:annotations")
                .has("f:deprecated.daemonset.template.generation"))
        .isTrue();
    assertThat(
            set.path("metadata")
                .path("annotations")
                .path("deprecated.daemonset.template.generation")
                .asText())
        .isEqualTo("1");
  }

  @Test
  void aReviewCannotBeForged() {
    String body =
        "{'metadata':{'labels':{'a':'b'},'uid':'mine','deletionTimestamp':'2020-01-01T00:00:00Z'},"
            + "'spec':{'token':'x'}}";
    JsonNode token =
        Cluster.json(
            post(
                cluster.path("authentication.k8s.io/v1/tokenreviews", "", ""),
                MediaType.JSON,
                body));
    assertThat(token.path("metadata").has("uid")).isFalse();
    assertThat(token.path("metadata").has("deletionTimestamp")).isFalse();
    assertThat(token.at("/metadata/labels/a").asText()).isEqualTo("b");
    JsonNode self =
        Cluster.json(
            post(
                cluster.path("authentication.k8s.io/v1/selfsubjectreviews", "", ""),
                MediaType.JSON,
                body.replace(",'spec':{'token':'x'}", "")));
    assertThat(self.path("metadata").properties()).hasSize(1);
    assertThat(self.path("metadata").has("creationTimestamp")).isTrue();
  }
}
