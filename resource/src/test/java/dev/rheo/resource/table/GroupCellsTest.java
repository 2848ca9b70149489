package dev.rheo.resource.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Cases that the recorded objects of other kinds do not cover. */
class GroupCellsTest {
  /** A resource, an object, and the beginning of its row. */
  private record Case(String resource, String object, String cells) {}

  private static final Stream<Case> CASES =
      Stream.of(
          // core
          new Case("services", "{spec: {type: 'New'}}", " | New | <none> | <unknown> | <none>"),
          new Case(
              "services",
              "{spec: {type: 'LoadBalancer', clusterIP: '10.0.0.1', externalIPs: ['1.1.1.1']}}",
              " | LoadBalancer | 10.0.0.1 | 1.1.1.1 | <none>"),
          new Case(
              "nodes", "{metadata: {labels: {'kubernetes.io/role': ''}}}", " | Unknown | <none>"),
          new Case(
              "nodes",
              """
              {status: {conditions: [{type: 'Ready', status: 'False'}, {type: 'Ready', status: 'True'}]}}""",
              " | Ready | <none>"),
          new Case("configmaps", "{data: {a: ''}, binaryData: null}", " | 1"),
          new Case(
              "resourcequotas",
              "{status: {hard: {limits: '1', b: '2', a: '3'}, used: {a: '1'}}}",
              " | a: 1/3, b: 0/2, limits: 0/1 |  | <unknown>"),
          new Case("persistentvolumes", "{}", " | 0 | "),
          new Case(
              "componentstatuses",
              "{metadata: {name: 'c'}, conditions: [{type: 'Healthy', status: 'True', error: 'e'}]}",
              "c | Healthy |  | e"),
          new Case("componentstatuses", "{}", " | Unknown |  | "),
          // events
          new Case(
              "events",
              """
              {firstTimestamp: null, eventTime: '2026-01-09T23:30:00.999999Z', count: 0,
               message: '\\u00a0\\u2003x y\\u0085\\n', involvedObject: {kind: 'Pod'}}""",
              "29m |  |  | pod |  |  | x y | 29m | 1 | "),
          new Case(
              "events",
              """
              {lastTimestamp: '2026-01-01T00:00:00Z', series: {count: 0, lastObservedTime: null},
               source: {host: 'h'}, reportingComponent: 'r', reportingInstance: 'i'}""",
              "<unknown> |  |  |  |  | r, h |  | <unknown> | 0 | "),
          // apps, batch, autoscaling
          new Case(
              "jobs.batch",
              """
              {metadata: {name: 'j'}, spec: {}, status: {
                startTime: '2026-01-09T00:00:10Z', completionTime: '2026-01-09T00:00:00Z'}}""",
              "j | Running | 0/1 | <invalid>"),
          new Case(
              "jobs.batch",
              """
              {metadata: {deletionTimestamp: 'x'}, spec: {parallelism: 1}, status: {
                conditions: [{type: 'Failed', status: 'True'}, {type: 'Suspended', status: 'True'}]}}""",
              " | Failed | 0/1 |  | "),
          new Case("cronjobs.batch", "{}", " |  | <none> | <unset> | 0 | <none>"),
          new Case(
              "controllerrevisions.apps",
              "{metadata: {ownerReferences: [{kind: 'A', controller: false}]}, revision: 3}",
              " | <none> | 3"),
          new Case(
              "horizontalpodautoscalers.autoscaling",
              """
              {spec: {metrics: [
                {type: 'Resource', resource: {name: 'cpu', target: {type: 'Utilization'}}},
                {type: 'Pods', pods: {target: {}}}]},
               status: {currentMetrics: [{type: ''}, {type: 'Pods', pods: {current: {}}}]}}""",
              " | / | cpu: <unknown>/<auto>, <nil>/<nil> | <unset> | 0 | 0"),
          new Case(
              "horizontalpodautoscalers.autoscaling",
              "{spec: {metrics: [{type: 'New'}, {type: 'New'}, {type: 'New'}, {type: 'New'}]}}",
              " | / | <unknown type>, <unknown type> + 2 more... | <unset>"),
          new Case("horizontalpodautoscalers.autoscaling", "{}", " | / | <none> | <unset>"),
          new Case(
              "poddisruptionbudgets.policy", "{spec: {minAvailable: '50%'}}", " | 50% | N/A | 0"),
          // networking, policies, storage
          new Case(
              "ingresses.networking.k8s.io",
              "{spec: {rules: [{}, {}, {}, {}]}}",
              " | <none> | * |  | 80 | <unknown>"),
          new Case("networkpolicies.networking.k8s.io", "{}", " | <none> | <unknown>"),
          new Case("ipaddresses.networking.k8s.io", "{}", " | <none> | <unknown>"),
          new Case(
              "endpointslices.discovery.k8s.io",
              "{ports: [{}, {name: ''}], endpoints: [{addresses: ['a', 'b']}, {addresses: ['c', 'd']}]}",
              " |  | *, | a,b,c + 1 more..."),
          new Case(
              "certificatesigningrequests.certificates.k8s.io",
              """
              {spec: {signerName: '', expirationSeconds: 600}, status: {certificate: 'x', conditions: [
                {type: 'Approved'}, {type: 'Failed'}, {type: 'Denied'}]}}""",
              " | <unknown> | <none> |  | 10m | Denied,Failed,Issued"),
          new Case(
              "validatingadmissionpolicybindings.admissionregistration.k8s.io",
              "{}",
              " |  | <unset>"),
          new Case(
              "rolebindings.rbac.authorization.k8s.io",
              "{subjects: [{kind: 'Other', name: 'x'}, {kind: 'ServiceAccount', name: 's'}]}",
              " | / | <unknown> |  |  | /s"),
          new Case("storageclasses.storage.k8s.io", "{}", " |  | Delete | Immediate | false"),
          new Case(
              "csidrivers.storage.k8s.io",
              "{}",
              " | true | false | false | <unset> | false | <none>"),
          new Case(
              "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
              "{spec: {type: 'Exempt', exempt: {}}}",
              " | Exempt | <none> | <none> | <none> | <none> | <unknown>"),
          new Case(
              "flowschemas.flowcontrol.apiserver.k8s.io", "{}", " |  | 0 | <none> | <unknown> | ?"),
          new Case("apiservices.apiregistration.k8s.io", "{}", " | Local | Unknown"),
          new Case(
              "apiservices.apiregistration.k8s.io",
              "{status: {conditions: [{type: 'Available', status: 'False'}]}}",
              " | Local | False"));

  @TestFactory
  Stream<DynamicTest> cells() {
    return CASES.map(
        c ->
            DynamicTest.dynamicTest(
                c.resource + " " + c.object,
                () ->
                    assertThat(
                            Rows.cells(c.resource, c.object).stream()
                                .map(JsonNode::asText)
                                .collect(Collectors.joining(" | ")))
                        .startsWith(c.cells)));
  }

  @Test
  void cellsKeepTheirTypes() {
    assertThat(Rows.row("priorityclasses.scheduling.k8s.io", "{value: -5}").get("cells").toString())
        .isEqualTo("[\"\",-5,false,\"<unknown>\",\"\"]");
  }

  @Test
  void selectors() {
    Map<String, String> texts =
        Map.ofEntries(
            entry("null", "<none>"),
            entry("{}", "<none>"),
            entry("{matchLabels: {b: '1', 'a-b': '2', a: ''}}", "a=,a-b=2,b=1"),
            entry(
                "{matchExpressions: [{key: 'a', operator: 'In', values: ['y', 'x']}]}",
                "a in (x,y)"),
            entry("{matchExpressions: [{key: 'a', operator: 'In'}]}", "<error>"),
            entry("{matchExpressions: [{key: 'a', operator: 'Exists', values: ['x']}]}", "<error>"),
            entry("{matchExpressions: [{key: 'a', operator: 'Gt', values: ['1']}]}", "<error>"),
            entry("{matchLabels: {'not a key': '1'}}", "<error>"),
            entry("{matchLabels: {a: 'not a value'}}", "<error>"));
    texts.forEach(
        (selector, text) ->
            assertThat(SelectorText.selector(Rows.json(selector))).as(selector).isEqualTo(text));
  }

  @Test
  void labelsAreSortedWithTheirValues() {
    assertThat(SelectorText.labels(Rows.json("{a: '1', 'a-b': '2'}"))).isEqualTo("a-b=2,a=1");
    assertThat(SelectorText.labels(Rows.json("{}"))).isEqualTo("<none>");
    assertThat(SelectorText.labels(null)).isEqualTo("<none>");
  }
}
