package dev.rheo.resource.rules.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * What the recorded vectors cannot have: stored pods that a create would refuse, and large ones.
 */
class PodRulesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ResourceType PODS =
      Objects.requireNonNull(BuiltInResources.registry().find("", "v1", "pods"));

  @Test
  void anEphemeralContainerStaysAsItIs() {
    ObjectNode old = pod("'ephemeralContainers':[{'name':'d','image':'x'}]");
    assertFaults(List.of(), old, old.deepCopy(), "ephemeralcontainers");
    ObjectNode changed = pod("'ephemeralContainers':[{'name':'d','image':'y'}]");
    String fault = only(old, changed, "ephemeralcontainers");
    assertTrue(fault.contains("ephemeral containers \"d\" may not be changed"), fault);
    assertTrue(fault.contains("+ \"Image\": \"y\""), fault);
    assertFaults(
        List.of(
            "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"d\" may not be"
                + " removed\n"),
        old,
        pod(""),
        "ephemeralcontainers");
  }

  @Test
  void whatTheOldPodHasIsNoFault() {
    for (String part :
        List.of(
            "'tolerations':[{'key':'a','operator':'Gt','value':'1'}]",
            "'hostNetwork':true,'securityContext':{'sysctls':[{'name':'net.x','value':'1'}]}",
            "'securityContext':{'seLinuxChangePolicy':'MountOption'}",
            "'hostNetwork':true,'hostUsers':false",
            "'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':"
                + "{'nodeSelectorTerms':[{'matchExpressions':"
                + "[{'key':'a','operator':'In','values':['-']}]}]}}}",
            "'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':"
                + "[{'topologyKey':'a','labelSelector':{'matchExpressions':"
                + "[{'key':'a','operator':'In','values':['-']}]}}]}}",
            "'topologySpreadConstraints':[{'maxSkew':1,'topologyKey':'a',"
                + "'whenUnsatisfiable':'DoNotSchedule','labelSelector':"
                + "{'matchLabels':{'a':'-'}}}]",
            "'overhead':{'hugepages-2Mi':'3','cpu':'1'}",
            "'initContainers':[{'name':'i','image':'x','resizePolicy':"
                + "[{'resourceName':'cpu','restartPolicy':'RestartContainer'}]}]")) {
      ObjectNode pod = pod(part);
      assertTrue(!faults(null, pod, "").isEmpty(), "accepted as new: " + part);
      assertEquals(List.of(), faults(pod, pod.deepCopy(), ""), part);
    }
  }

  @Test
  void aContainerThatHasEndedRunsAgainIfItsRulesSaySo() {
    String rule =
        "'restartPolicy':'Never','restartPolicyRules':[{'action':'Restart','exitCodes':"
            + "{'operator':'In','values':[42]}}]";
    for (int exitCode : new int[] {1, 42}) {
      ObjectNode old = pod("'containers':[{'name':'c','image':'x'," + rule + "}]");
      ObjectNode now = old.deepCopy();
      Trees.need(old, "status")
          .set(
              "containerStatuses",
              read("[{'name':'c','state':{'terminated':{'exitCode':" + exitCode + "}}}]"));
      Trees.need(now, "status")
          .set("containerStatuses", read("[{'name':'c','state':{'running':{}}}]"));
      assertEquals(exitCode == 42 ? 0 : 1, faults(old, now, "status").size());
    }
  }

  @Test
  void manyEntriesTakeLittleTime() {
    StringBuilder many = new StringBuilder("'containers':[{'name':'c','image':'x','ports':[");
    for (int i = 0; i < 20_000; i++) {
      many.append(i == 0 ? "" : ",").append("{'containerPort':80,'protocol':'TCP'}");
    }
    ObjectNode pod = pod(many + "]}],'volumes':[" + "{},".repeat(20_000) + "{}]");
    ObjectNode changed = pod.deepCopy();
    Trees.need(changed, "spec").put("hostname", "changed");
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertTrue(!faults(pod, changed, "").isEmpty()));
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> PODS.storage().rules().warn(pod, null, "", any -> {}));
  }

  private static ObjectNode pod(String spec) {
    String containers =
        spec.contains("'containers'") ? "" : "'containers':[{'name':'c','image':'x'}]";
    String comma = spec.isEmpty() || containers.isEmpty() ? "" : ",";
    ObjectNode pod =
        (ObjectNode)
            read(
                "{'kind':'Pod','apiVersion':'v1','metadata':{'name':'p'},'spec':{"
                    + containers
                    + comma
                    + spec
                    + "}}");
    PODS.defaults().apply(pod);
    return pod;
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static String only(ObjectNode old, ObjectNode now, String subresource) {
    List<String> faults = faults(old, now, subresource);
    assertEquals(1, faults.size(), faults.toString());
    return faults.getFirst();
  }

  private static void assertFaults(
      List<String> expected, ObjectNode old, ObjectNode now, String subresource) {
    assertEquals(expected, faults(old, now, subresource));
  }

  private static List<String> faults(@Nullable ObjectNode old, ObjectNode now, String subresource) {
    FieldErrors errors = new FieldErrors();
    if (old == null) {
      PODS.storage().rules().create(now, errors);
    } else {
      PODS.storage().rules().update(now, old, subresource, errors);
    }
    return errors.toList().stream().map(error -> error.message()).toList();
  }
}
