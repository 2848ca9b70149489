package dev.rheo.resource.rules.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.resource.rules.BuiltInRules;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What older versions stored stays valid; what is new must be valid by the rules of today. */
class RatchetingTest {
  private static final String SERVICE =
      """
      {"spec": {"type": "ClusterIP", "clusterIP": "10.0.0.1", "clusterIPs": ["%1$s"],
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}], "sessionAffinity": "None",
        "externalTrafficPolicy": "Cluster", "internalTrafficPolicy": "Cluster",
        "externalIPs": ["%2$s"]}}
      """;
  private static final String POLICY =
      """
      {"spec": {"podSelector": {"matchExpressions": [
          {"key": "a", "operator": "In", "values": ["%2$s"]}]},
        "ingress": [{"from": [{"ipBlock": {"cidr": "%1$s"}}]}]}}
      """;
  private static final String INGRESS =
      """
      {"spec": {"tls": [{"secretName": "%1$s"}],
        "rules": [{"host": "*.example.com", "http": {"paths": [{"path": "%2$s",
          "pathType": "Exact", "backend": {"service": {"name": "a", "port": {"number": 1}}}}]}}]}}
      """;

  @Test
  void externalIps() {
    String bad = SERVICE.formatted("10.0.0.1", "010.1.2.3");
    assertThat(create("services", bad)).containsExactly("spec.externalIPs[0]");
    assertThat(update("services", bad, bad)).isEmpty();
    assertThat(update("services", bad, SERVICE.formatted("10.0.0.1", "1.2.3.4")))
        .containsExactly("spec.externalIPs[0]");
  }

  @Test
  void rangesAndLabelsOfNetworkPolicies() {
    String resource = "networkpolicies.networking.k8s.io";
    String bad = POLICY.formatted("10.0.0.1/8", "not valid");
    assertThat(create(resource, bad))
        .containsExactly(
            "spec.podSelector.matchExpressions[0].values[0]",
            "spec.ingress[0].from[0].ipBlock.cidr");
    assertThat(update(resource, bad, bad)).isEmpty();
    assertThat(update(resource, bad, POLICY.formatted("10.0.0.1/8", "valid")))
        .containsExactly("spec.podSelector.matchExpressions[0].values[0]");
    assertThat(update(resource, bad, POLICY.formatted("10.0.0.0/8", "not valid")))
        .containsExactly("spec.ingress[0].from[0].ipBlock.cidr");
  }

  @Test
  void secretsAndWildcardsOfIngresses() {
    String resource = "ingresses.networking.k8s.io";
    String bad = INGRESS.formatted("Bad_", "relative");
    assertThat(create(resource, bad))
        .containsExactly("spec.rules[0].http.paths[0].path", "spec.tls[0].secretName");
    assertThat(update(resource, bad, bad)).isEmpty();
    assertThat(update(resource, bad, INGRESS.formatted("good", "/absolute")))
        .containsExactly("spec.rules[0].http.paths[0].path", "spec.tls[0].secretName");
  }

  @Test
  void subsetsOfEndpoints() {
    String bad = "{\"subsets\": [{\"addresses\": [{\"ip\": \"::ffff:1.2.3.4\"}]}]}";
    assertThat(create("endpoints", bad)).containsExactly("subsets[0].addresses[0].ip");
    assertThat(update("endpoints", bad, bad)).isEmpty();
    assertThat(update("endpoints", bad, "{}")).isNotEmpty();
  }

  @Test
  void endpointsOfSlices() {
    String resource = "endpointslices.discovery.k8s.io";
    String bad = "{\"addressType\": \"IPv4\", \"endpoints\": [{\"addresses\": [\"01.2.3.4\"]}]}";
    assertThat(create(resource, bad)).containsExactly("endpoints[0].addresses[0]");
    assertThat(update(resource, bad, bad)).isEmpty();
    assertThat(update(resource, bad, "{\"addressType\": \"IPv4\"}")).isNotEmpty();
  }

  @Test
  void aTypeChangeDropsWhatTheNewTypeHasNot() {
    ObjectNode old =
        tree(
            """
            {"spec": {"type": "LoadBalancer", "allocateLoadBalancerNodePorts": true,
              "loadBalancerClass": "a/b", "externalTrafficPolicy": "Local",
              "healthCheckNodePort": 32000, "clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"],
              "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack",
              "ports": [{"port": 80, "nodePort": 30000}]},
             "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}
            """);
    ObjectNode object = old.deepCopy();
    ((ObjectNode) object.get("spec")).put("type", "ExternalName");
    ServiceStrategy.update(object, old);
    assertThat(object.get("spec"))
        .isEqualTo(tree("{\"type\": \"ExternalName\", \"ports\": [{\"port\": 80}]}"));
    assertThat(object.at("/status/loadBalancer").isEmpty()).isTrue();

    // what the client changed itself is kept, and refused by validation
    ObjectNode changed = old.deepCopy();
    ((ObjectNode) changed.get("spec")).put("type", "ClusterIP").put("healthCheckNodePort", 32001);
    ServiceStrategy.update(changed, old);
    assertThat(changed.at("/spec/healthCheckNodePort").asInt()).isEqualTo(32001);
    assertThat(changed.at("/spec/loadBalancerClass").isMissingNode()).isTrue();
  }

  private static List<String> create(String resource, String object) {
    FieldErrors errors = new FieldErrors();
    BuiltInRules.of(resource).create(tree(object), errors);
    return fields(errors);
  }

  private static List<String> update(String resource, String object, String old) {
    FieldErrors errors = new FieldErrors();
    BuiltInRules.of(resource).update(tree(object), tree(old), "", errors);
    return fields(errors);
  }

  private static List<String> fields(FieldErrors errors) {
    return errors.toList().stream().map(FieldError::field).distinct().toList();
  }

  private static ObjectNode tree(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }
}
