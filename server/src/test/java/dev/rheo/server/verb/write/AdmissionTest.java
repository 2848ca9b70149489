package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.status.ApiException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The admission plugins that look up other objects: Priority, LimitRanger, those of classes. */
@Timeout(60)
class AdmissionTest {
  private static final String CLASSES = "scheduling.k8s.io/v1/priorityclasses";

  @TempDir Path spool;
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
    cluster.settle();
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private JsonNode pod(String name, String spec, String resources) {
    return cluster.create(
        "pods",
        "ns",
        ("{'metadata':{'name':'%s'},'spec':{%s'containers':[{'name':'c','image':'i',"
                + "'resources':{%s}}]}}")
            .formatted(name, spec.isEmpty() ? "" : spec + ",", resources));
  }

  private static String refusal(Runnable write) {
    ApiException refused = catchThrowableOfType(ApiException.class, write::run);
    assertThat(refused).as("a refusal").isNotNull();
    assertThat(refused.code()).as(refused.getMessage()).isEqualTo(403);
    return String.valueOf(refused.getMessage());
  }

  private void priorityClass(String name, int value, String more) {
    cluster.create(
        CLASSES, "", "{'metadata':{'name':'%s'},'value':%d%s}".formatted(name, value, more));
  }

  private void limits(String name, String limits) {
    cluster.create(
        "limitranges",
        "ns",
        "{'metadata':{'name':'%s'},'spec':{'limits':[%s]}}".formatted(name, limits));
    cluster.settle();
  }

  private JsonNode named(String resource, String spec) {
    return cluster.create(
        resource, "ns", "{'metadata':{'generateName':'x-'},'spec':{" + spec + "}}");
  }

  @Test
  void aClaimGetsTheNewestDefaultClassUnlessItSaysOtherwise() {
    String classes = "storage.k8s.io/v1/storageclasses";
    String marked =
        "{'metadata':{'name':'%s','annotations':{'storageclass.kubernetes.io/is-default-class':'%s'}},"
            + "'provisioner':'p'}";
    String claim = "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}";
    String field = "/spec/storageClassName";
    assertThat(named("persistentvolumeclaims", claim).at(field).isMissingNode()).isTrue();
    cluster.create(classes, "", marked.formatted("a", "true"));
    cluster.now = cluster.now.plusSeconds(1);
    cluster.create(classes, "", marked.formatted("c", "true"));
    cluster.create(classes, "", marked.formatted("b", "true"));
    cluster.now = cluster.now.plusSeconds(1);
    cluster.create(classes, "", marked.formatted("d", "false"));
    cluster.settle();
    assertThat(named("persistentvolumeclaims", claim).at(field).asText()).isEqualTo("b");
    assertThat(
            named("persistentvolumeclaims", claim + ",'storageClassName':''").at(field).asText("?"))
        .isEmpty();
  }

  @Test
  void anIngressGetsTheDefaultClass() {
    cluster.create(
        "networking.k8s.io/v1/ingressclasses",
        "",
        "{'metadata':{'name':'i','annotations':{'ingressclass.kubernetes.io/is-default-class':"
            + "'true'}},'spec':{'controller':'example.com/c'}}");
    cluster.settle();
    String backend = "'defaultBackend':{'service':{'name':'s','port':{'number':80}}}";
    String ingresses = "networking.k8s.io/v1/ingresses";
    assertThat(named(ingresses, backend).at("/spec/ingressClassName").asText()).isEqualTo("i");
    assertThat(
            named(ingresses, backend + ",'ingressClassName':'own'")
                .at("/spec/ingressClassName")
                .asText())
        .isEqualTo("own");
  }

  @Test
  void aClaimGrowsIfItsClassAllowsIt() {
    for (String name : new String[] {"fixed", "grows"}) {
      cluster.create(
          "storage.k8s.io/v1/storageclasses",
          "",
          "{'metadata':{'name':'%s'},'provisioner':'p','allowVolumeExpansion':%s}"
              .formatted(name, name.equals("grows")));
      cluster.create(
          "persistentvolumeclaims",
          "ns",
          ("{'metadata':{'name':'%s'},'spec':{'accessModes':['ReadWriteOnce'],'storageClassName':"
                  + "'%s','volumeName':'v','resources':{'requests':{'storage':'1Gi'}}}}")
              .formatted(name, name));
      cluster.patch(
          cluster.path("persistentvolumeclaims", "ns", name, "status"),
          MediaType.MERGE_PATCH,
          "{'status':{'phase':'Bound','capacity':{'storage':'1Gi'}}}");
    }
    cluster.settle();
    grow("grows");
    assertThat(refusal(() -> grow("fixed")))
        .endsWith("the storageclass that provisions the pvc must support resize");
  }

  private void grow(String claim) {
    cluster.patch(
        cluster.path("persistentvolumeclaims", "ns", claim),
        MediaType.MERGE_PATCH,
        "{'spec':{'resources':{'requests':{'storage':'2Gi'}}}}");
  }

  @Test
  void aPodGetsWhatItsRuntimeClassDemands() {
    cluster.create(
        "node.k8s.io/v1/runtimeclasses",
        "",
        "{'metadata':{'name':'r'},'handler':'h','overhead':{'podFixed':{'cpu':'250m'}},"
            + "'scheduling':{'nodeSelector':{'a':'b'},'tolerations':[{'key':'k','operator':'Exists'},"
            + "{'key':'k','operator':'Equal','value':'v'}]}}");
    cluster.settle();
    JsonNode spec = pod("p", "'runtimeClassName':'r','nodeSelector':{'c':'d'}", "").path("spec");
    assertThat(spec.at("/overhead/cpu").asText()).isEqualTo("250m");
    assertThat(spec.path("nodeSelector").toString()).isEqualTo("{\"a\":\"b\",\"c\":\"d\"}");
    assertThat(spec.path("tolerations").findValuesAsText("key"))
        .containsExactly("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "k");
    assertThat(refusal(() -> pod("q", "'runtimeClassName':'none'", "")))
        .endsWith("pod rejected: RuntimeClass \"none\" not found");
    assertThat(refusal(() -> pod("q", "'runtimeClassName':'r','nodeSelector':{'a':'x'}", "")))
        .contains("conflict: runtimeClass.scheduling.nodeSelector[a] = b");
    assertThat(refusal(() -> pod("q", "'runtimeClassName':'r','overhead':{'cpu':'1'}", "")))
        .contains("doesn't match");
    assertThat(refusal(() -> pod("q", "'overhead':{'cpu':'1'}", "")))
        .contains("Overhead set without");
  }

  @Test
  void podsGetThePriorityOfTheirClass() {
    assertThat(refusal(() -> pod("p", "'priorityClassName':'high'", "")))
        .isEqualTo("pods \"p\" is forbidden: no PriorityClass with name high was found");
    // The cache need not have it yet.
    priorityClass("high", 1000, ",'preemptionPolicy':'Never'");
    JsonNode spec = pod("p", "'priorityClassName':'high'", "").get("spec");
    assertThat(spec.get("priority").asInt()).isEqualTo(1000);
    assertThat(spec.get("preemptionPolicy").asText()).isEqualTo("Never");
    JsonNode plain = pod("q", "", "").get("spec");
    assertThat(plain.path("priority").isInt()).isTrue();
    assertThat(plain.get("priority").asInt()).isZero();
    assertThat(plain.get("preemptionPolicy").asText()).isEqualTo("PreemptLowerPriority");
    assertThat(refusal(() -> pod("r", "'priorityClassName':'high','priority':5", "")))
        .isEqualTo(
            "pods \"r\" is forbidden: the integer value of priority (5) must not be provided in"
                + " pod spec; priority admission controller computed 1000 from the given"
                + " PriorityClass name");
    assertThat(
            refusal(
                () ->
                    pod(
                        "r",
                        "'priorityClassName':'high','preemptionPolicy':'PreemptLowerPriority'",
                        "")))
        .contains("the string value of PreemptionPolicy (PreemptLowerPriority)");
  }

  @Test
  void oneClassMayBeTheDefault() {
    priorityClass("usual", 7, ",'globalDefault':true");
    cluster.settle();
    JsonNode spec = pod("p", "", "").get("spec");
    assertThat(spec.get("priorityClassName").asText()).isEqualTo("usual");
    assertThat(spec.get("priority").asInt()).isEqualTo(7);
    assertThat(refusal(() -> priorityClass("other", 8, ",'globalDefault':true")))
        .isEqualTo(
            "priorityclasses.scheduling.k8s.io \"other\" is forbidden: PriorityClass usual is"
                + " already marked as default. Only one default can exist");
    cluster.delete(CLASSES, "", "usual");
    cluster.settle();
    assertThat(pod("q", "", "").at("/spec/priority").asInt()).isZero();
    priorityClass("other", 8, ",'globalDefault':true");
  }

  @Test
  void theClassesOfTheSystemStay() {
    priorityClass("system-node-critical", 2_000_001_000, "");
    assertThatThrownBy(() -> cluster.delete(CLASSES, "", "system-node-critical"))
        .hasMessageContaining("this is a system priority class and cannot be deleted");
  }

  @Test
  void containersGetDefaultsOfLimitRanges() {
    limits(
        "l",
        "{'type':'Container','default':{'cpu':'500m','memory':'1Gi'},'defaultRequest':{'cpu':'0.1'}}");
    JsonNode pod = pod("p", "", "'requests':{'memory':'10Mi'}");
    JsonNode resources = pod.at("/spec/containers/0/resources");
    assertThat(resources.at("/limits/cpu").asText()).isEqualTo("500m");
    assertThat(resources.at("/requests/cpu").asText()).isEqualTo("100m");
    assertThat(resources.at("/requests/memory").asText()).isEqualTo("10Mi");
    assertThat(pod.at("/metadata/annotations/kubernetes.io~1limit-ranger").asText())
        .isEqualTo(
            "LimitRanger plugin set: cpu request for container c; cpu, memory limit for container"
                + " c");
    assertThat(pod.at("/status/qosClass").asText()).isEqualTo("Burstable");
  }

  @Test
  void podsBeyondLimitsAreRefused() {
    limits(
        "l",
        "{'type':'Container','min':{'cpu':'50m'},'max':{'memory':'1Gi'},"
            + "'maxLimitRequestRatio':{'cpu':'4'}},{'type':'Pod','max':{'cpu':'1'}}");
    assertThat(
            refusal(
                () ->
                    pod(
                        "p",
                        "",
                        "'requests':{'cpu':'10m','memory':'1Mi'},"
                            + "'limits':{'cpu':'2','memory':'2Gi'}")))
        .isEqualTo(
            "pods \"p\" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m,"
                + " maximum memory usage per Container is 1Gi, but limit is 2Gi, cpu max limit to"
                + " request ratio per Container is 4, but provided ratio is 200.000000, maximum"
                + " cpu usage per Pod is 1, but limit is 2]");
    pod("p", "", "'requests':{'cpu':'250m','memory':'1Mi'},'limits':{'cpu':'1','memory':'1Gi'}");
    assertThat(refusal(() -> pod("q", "", "'limits':{'cpu':'1500m','memory':'1Gi'}")))
        .isEqualTo("pods \"q\" is forbidden: maximum cpu usage per Pod is 1, but limit is 1500m");
    // Other namespaces are not concerned.
    cluster.namespace("other");
    cluster.create(
        "pods",
        "other",
        "{'metadata':{'name':'q'},'spec':{'containers':[{'name':'c','image':'i'}]}}");
  }

  @Test
  void claimsBeyondLimitsAreRefused() {
    limits(
        "l", "{'type':'PersistentVolumeClaim','min':{'storage':'1Gi'},'max':{'storage':'10Gi'}}");
    String claim =
        "{'metadata':{'name':'v'},'spec':{'accessModes':['ReadWriteOnce'],"
            + "'resources':{'requests':{'storage':'%s'}}}}";
    assertThat(
            refusal(() -> cluster.create("persistentvolumeclaims", "ns", claim.formatted("100Mi"))))
        .isEqualTo(
            "persistentvolumeclaims \"v\" is forbidden: minimum storage usage per"
                + " PersistentVolumeClaim is 1Gi, but request is 100Mi");
    assertThat(
            refusal(() -> cluster.create("persistentvolumeclaims", "ns", claim.formatted("11Gi"))))
        .contains("maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 11Gi");
    ObjectNode stored =
        (ObjectNode) cluster.create("persistentvolumeclaims", "ns", claim.formatted("2Gi"));
    assertThat(stored.at("/metadata/name").asText()).isEqualTo("v");
  }
}
