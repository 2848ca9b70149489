package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpdateTest {
  private static final String DEPLOYMENT =
      "{'metadata':{'name':'web'},'spec':{'replicas':2,'selector':{'matchLabels':{'app':'web'}},"
          + "'template':{'metadata':{'labels':{'app':'web'}},"
          + "'spec':{'containers':[{'name':'c','image':'i'}]}}}}";

  @TempDir Path spool;
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static void refused(int code, Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private ObjectNode configMap() {
    return (ObjectNode)
        cluster.create("configmaps", "ns", "{'metadata':{'name':'a'},'data':{'k':'1'}}");
  }

  @Test
  void replacesAndMovesTheResourceVersionOn() {
    ObjectNode map = configMap();
    ((ObjectNode) map.get("data")).put("k", "2");
    JsonNode updated = cluster.update("configmaps", "ns", "a", map);
    assertThat(updated.path("data").path("k").asText()).isEqualTo("2");
    assertThat(updated.path("metadata").path("resourceVersion").asLong())
        .isEqualTo(cluster.revision())
        .isGreaterThan(map.path("metadata").path("resourceVersion").asLong());
    assertThat(updated.path("metadata").path("uid")).isEqualTo(map.path("metadata").path("uid"));
  }

  @Test
  void anOldResourceVersionConflicts() {
    ObjectNode map = configMap();
    ObjectNode other = map.deepCopy();
    ((ObjectNode) map.get("data")).put("k", "2");
    cluster.update("configmaps", "ns", "a", map);
    ((ObjectNode) other.get("data")).put("k", "3");
    assertThatThrownBy(() -> cluster.update("configmaps", "ns", "a", other))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(409))
        .hasMessage(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified;"
                + " please apply your changes to the latest version and try again");
    assertThat(cluster.stored("configmaps", "ns", "a").path("data").path("k").asText())
        .isEqualTo("2");
  }

  @Test
  void withoutAResourceVersionTheLastWriteWins() {
    ObjectNode map = configMap();
    ((ObjectNode) map.get("metadata")).remove("resourceVersion");
    ((ObjectNode) map.get("data")).put("k", "2");
    assertThat(cluster.update("configmaps", "ns", "a", map).path("data").path("k").asText())
        .isEqualTo("2");
  }

  @Test
  void whatMustNotBeUpdatedBlindly() {
    ObjectNode lease =
        (ObjectNode)
            cluster.create(
                "coordination.k8s.io/v1/leases",
                "ns",
                "{'metadata':{'name':'a'},'spec':{'holderIdentity':'me'}}");
    ((ObjectNode) lease.get("metadata")).remove("resourceVersion");
    assertThatThrownBy(() -> cluster.update("coordination.k8s.io/v1/leases", "ns", "a", lease))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(422))
        .hasMessage(
            "leases.coordination.k8s.io \"a\" is invalid: metadata.resourceVersion: Invalid value:"
                + " 0: must be specified for an update");
  }

  @Test
  void anUpdateThatChangesNothingWritesNothing() {
    ObjectNode map = configMap();
    long before = cluster.revision();
    JsonNode same = cluster.update("configmaps", "ns", "a", map);
    assertThat(same).isEqualTo(map);
    ((ObjectNode) map.get("metadata")).remove("resourceVersion");
    cluster.settle();
    assertThat(
            cluster
                .update("configmaps", "ns", "a", map)
                .path("metadata")
                .path("resourceVersion")
                .asLong())
        .isEqualTo(before);
    assertThat(cluster.revision()).isEqualTo(before);
  }

  @Test
  void anotherUidConflicts() {
    ObjectNode map = configMap();
    ((ObjectNode) map.get("metadata")).put("uid", "other");
    assertThatThrownBy(() -> cluster.update("configmaps", "ns", "a", map))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(409))
        .hasMessageContaining(
            "Precondition failed: UID in precondition: other, UID in object meta");
  }

  @Test
  void whatIsNotThere() {
    ObjectNode map = configMap();
    cluster.delete("configmaps", "ns", "a");
    assertThatThrownBy(() -> cluster.update("configmaps", "ns", "a", map))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(404));
    assertThatThrownBy(() -> cluster.update("configmaps", "ns", "b", map))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessage("the name of the object (a) does not match the name on the URL (b)");
  }

  @Test
  void someResourcesAreCreatedByAnUpdate() {
    WriteResult made =
        cluster.writes.update(
            cluster.path("coordination.k8s.io/v1/leases", "ns", "a"),
            Cluster.body("{'metadata':{'name':'a'},'spec':{}}"),
            WriteOptions.none(),
            Cluster.USER);
    assertThat(made.code()).isEqualTo(201);
    assertThat(Cluster.json(made).path("metadata").path("uid").asText()).isNotEmpty();
    assertThatThrownBy(
            () ->
                cluster.writes.update(
                    cluster.path("coordination.k8s.io/v1/leases", "none", "a"),
                    Cluster.body("{'metadata':{'name':'a'},'spec':{}}"),
                    WriteOptions.none(),
                    Cluster.USER))
        .hasMessage("namespaces \"none\" not found");
  }

  @Test
  void generationCountsChangesOfTheSpecAlone() {
    ObjectNode web = (ObjectNode) cluster.create("apps/v1/deployments", "ns", DEPLOYMENT);
    assertThat(web.path("metadata").path("generation").asLong()).isEqualTo(1);
    ((ObjectNode) web.get("metadata")).putObject("labels").put("x", "y");
    web = (ObjectNode) cluster.update("apps/v1/deployments", "ns", "web", web);
    assertThat(web.path("metadata").path("generation").asLong()).isEqualTo(1);
    ((ObjectNode) web.get("spec")).put("replicas", 3);
    web = (ObjectNode) cluster.update("apps/v1/deployments", "ns", "web", web);
    assertThat(web.path("metadata").path("generation").asLong()).isEqualTo(2);
  }

  @Test
  void specAndStatusAreWrittenApart() {
    ObjectNode web = (ObjectNode) cluster.create("apps/v1/deployments", "ns", DEPLOYMENT);
    ((ObjectNode) web.get("spec")).put("replicas", 9);
    web.putObject("status").put("replicas", 5);
    WriteResult status =
        cluster.writes.update(
            cluster.path("apps/v1/deployments", "ns", "web", "status"),
            Cluster.body(web),
            WriteOptions.none(),
            Cluster.USER);
    assertThat(Cluster.json(status).path("spec").path("replicas").asInt()).isEqualTo(2);
    assertThat(Cluster.json(status).path("status").path("replicas").asInt()).isEqualTo(5);

    ObjectNode main = (ObjectNode) Cluster.json(status);
    ((ObjectNode) main.get("spec")).put("replicas", 9);
    ((ObjectNode) main.get("status")).put("replicas", 7);
    JsonNode updated = cluster.update("apps/v1/deployments", "ns", "web", main);
    assertThat(updated.path("spec").path("replicas").asInt()).isEqualTo(9);
    assertThat(updated.path("status").path("replicas").asInt()).isEqualTo(5);
  }

  @Test
  void scale() {
    cluster.create("apps/v1/deployments", "ns", DEPLOYMENT);
    ObjectPath path = cluster.path("apps/v1/deployments", "ns", "web", "scale");
    WriteResult result =
        cluster.writes.update(
            path,
            Cluster.body(
                "{'kind':'Scale','apiVersion':'autoscaling/v1','metadata':{'name':'web'},"
                    + "'spec':{'replicas':7}}"),
            WriteOptions.none(),
            Cluster.USER);
    JsonNode scale = Cluster.json(result);
    assertThat(scale.path("kind").asText()).isEqualTo("Scale");
    assertThat(scale.path("spec").path("replicas").asInt()).isEqualTo(7);
    assertThat(scale.path("status").path("selector").asText()).isEqualTo("app=web");
    assertThat(scale.path("metadata").path("resourceVersion").asLong())
        .isEqualTo(cluster.revision());
    JsonNode web = cluster.stored("apps/v1/deployments", "ns", "web");
    assertThat(web.path("spec").path("replicas").asInt()).isEqualTo(7);
    assertThat(web.path("metadata").path("generation").asInt()).isEqualTo(2);

    result = cluster.patch(path, "application/merge-patch+json", "{'spec':{'replicas':1}}");
    assertThat(Cluster.json(result).path("spec").path("replicas").asInt()).isEqualTo(1);
    assertThatThrownBy(
            () -> cluster.patch(path, "application/merge-patch+json", "{'spec':{'replicas':-1}}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(422));
    assertThatThrownBy(
            () ->
                cluster.patch(
                    cluster.path("apps/v1/deployments", "ns", "no", "scale"),
                    "application/merge-patch+json",
                    "{'spec':{'replicas':1}}"))
        .hasMessage("deployments/scale.apps \"no\" not found");
  }

  @Test
  void theLastFinalizerTakesTheObjectWithIt() {
    cluster.create(
        "configmaps", "ns", "{'metadata':{'name':'a','finalizers':['x.io/a','x.io/b']}}");
    ObjectNode map = (ObjectNode) cluster.delete("configmaps", "ns", "a");
    assertThat(map.path("metadata").path("deletionTimestamp").asText())
        .isEqualTo("2026-01-02T03:04:05Z");
    ((com.fasterxml.jackson.databind.node.ArrayNode) map.path("metadata").path("finalizers"))
        .remove(0);
    map = (ObjectNode) cluster.update("configmaps", "ns", "a", map);
    assertThat(cluster.stored("configmaps", "ns", "a")).isNotNull();
    long before = cluster.revision();
    ((ObjectNode) map.get("metadata")).remove("finalizers");
    JsonNode last = cluster.update("configmaps", "ns", "a", map);
    assertThat(last.path("metadata").path("name").asText()).isEqualTo("a");
    assertThat(last.path("metadata").has("finalizers")).isFalse();
    // The update is never stored; its only effect is a removal, whose revision the answer has.
    assertThat(cluster.revision()).isEqualTo(before + 1);
    assertThat(last.path("metadata").path("resourceVersion").asLong()).isEqualTo(before + 1);
    assertThat(cluster.stored("configmaps", "ns", "a")).isNull();
  }

  @Test
  void dryRun() {
    ObjectNode map = configMap();
    long before = cluster.revision();
    ((ObjectNode) map.get("data")).put("k", "2");
    WriteResult result =
        cluster.writes.update(
            cluster.path("configmaps", "ns", "a"),
            Cluster.body(map),
            new WriteOptions(true, "", FieldValidation.WARN, null),
            Cluster.USER);
    assertThat(Cluster.json(result).path("data").path("k").asText()).isEqualTo("2");
    assertThat(cluster.revision()).isEqualTo(before);
    assertThat(cluster.stored("configmaps", "ns", "a").path("data").path("k").asText())
        .isEqualTo("1");
  }

  @Test
  void objectsAreServedInTheVersionAskedFor() {
    String hpa =
        "{'metadata':{'name':'h'},'spec':{'maxReplicas':5,'targetCPUUtilizationPercentage':50,"
            + "'scaleTargetRef':{'kind':'Deployment','name':'web','apiVersion':'apps/v1'}}}";
    ObjectNode v1 =
        (ObjectNode) cluster.create("autoscaling/v1/horizontalpodautoscalers", "ns", hpa);
    assertThat(v1.path("apiVersion").asText()).isEqualTo("autoscaling/v1");
    assertThat(v1.path("spec").path("targetCPUUtilizationPercentage").asInt()).isEqualTo(50);
    assertThat(v1.path("metadata").path("resourceVersion").asLong()).isEqualTo(cluster.revision());
    JsonNode stored = cluster.stored("autoscaling/v1/horizontalpodautoscalers", "ns", "h");
    assertThat(stored.path("apiVersion").asText()).isEqualTo("autoscaling/v2");
    assertThat(stored.path("spec").path("metrics")).hasSize(1);
    ((ObjectNode) v1.get("spec")).put("maxReplicas", 6);
    JsonNode updated = cluster.update("autoscaling/v1/horizontalpodautoscalers", "ns", "h", v1);
    assertThat(updated.path("spec").path("maxReplicas").asInt()).isEqualTo(6);
  }

  @Test
  void concurrentUpdatesLoseNothing() throws Exception {
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'},'data':{}}");
    int threads = 8;
    int each = 50;
    ObjectPath path = cluster.path("configmaps", "ns", "a");
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        tasks.add(
            () -> {
              for (int i = 0; i < each; i++) {
                cluster.patch(
                    path,
                    "application/merge-patch+json",
                    "{'data':{'k" + thread + "-" + i + "':'x'}}");
              }
              return null;
            });
      }
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(cluster.stored("configmaps", "ns", "a").path("data")).hasSize(threads * each);
  }

  @Test
  void thePhaseOfANamespaceIsThatOfItsDeletion() {
    ObjectPath status = cluster.path("namespaces", "", "ns", "status");
    refused(
        422,
        () -> cluster.patch(status, MediaType.MERGE_PATCH, "{'status':{'phase':'Terminating'}}"));
    cluster.writes.update(
        status,
        Cluster.body("{'metadata':{'name':'ns'},'status':{}}"),
        WriteOptions.none(),
        Cluster.USER);
    cluster.delete("namespaces", "", "ns");
    refused(
        422, () -> cluster.patch(status, MediaType.MERGE_PATCH, "{'status':{'phase':'Active'}}"));
    refused(403, this::configMap);
  }

  @Test
  void finalizersAreCheckedOnUpdate() {
    ObjectNode map = configMap();
    map.withObject("metadata").putArray("finalizers").add("short");
    refused(422, () -> cluster.update("configmaps", "ns", "a", map));
  }

  @Test
  void tolerationSecondsMayChange() {
    ObjectNode pod =
        (ObjectNode)
            cluster.create(
                "pods",
                "ns",
                "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}],"
                    + "'tolerations':[{'key':'k','operator':'Exists','effect':'NoExecute',"
                    + "'tolerationSeconds':5}]}}");
    ObjectNode toleration = (ObjectNode) pod.path("spec").path("tolerations").path(0);
    toleration.put("tolerationSeconds", 7);
    JsonNode updated = cluster.update("pods", "ns", "p", pod);
    assertThat(updated.path("spec").path("tolerations").path(0)).isEqualTo(toleration);
    toleration.put("key", "other");
    pod.set("metadata", updated.path("metadata"));
    refused(422, () -> cluster.update("pods", "ns", "p", pod));
  }

  @Test
  void resizeAndEphemeralContainersKeepWhatIsThere() {
    cluster.create(
        "pods", "ns", "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
    ObjectPath resize = cluster.path("pods", "ns", "p", "resize");
    refused(
        422,
        () ->
            cluster.patch(
                resize,
                MediaType.MERGE_PATCH,
                "{'spec':{'containers':[{'name':'other','image':'j'}]}}"));
    ObjectPath ephemeral = cluster.path("pods", "ns", "p", "ephemeralcontainers");
    String debug = "{'name':'d','image':'i'}";
    String patch = "{'spec':{'ephemeralContainers':[%s]}}";
    cluster.patch(ephemeral, MediaType.STRATEGIC_MERGE_PATCH, patch.formatted(debug));
    for (String wrong :
        List.of(
            "",
            "{'name':'d','image':'j'}",
            debug + ",{'name':'c','image':'i'}",
            debug + ",{'name':'e'}")) {
      refused(422, () -> cluster.patch(ephemeral, MediaType.MERGE_PATCH, patch.formatted(wrong)));
    }
    cluster.patch(
        ephemeral, MediaType.STRATEGIC_MERGE_PATCH, patch.formatted("{'name':'e','image':'i'}"));
    assertThat(cluster.stored("pods", "ns", "p").path("spec").path("ephemeralContainers").size())
        .isEqualTo(2);
  }
}
