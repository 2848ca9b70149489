package dev.rheo.resource.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceType;
import org.junit.jupiter.api.Test;

class TableColumnsTest {
  private static ResourceType type(String group, String version, String plural) {
    return BuiltInResources.registry().get(group, version, plural);
  }

  @Test
  void definitionsAreCanonicalJson() {
    assertThat(new String(TableColumns.of(type("", "v1", "configmaps")).definitions(), UTF_8))
        .isEqualTo(
            """
            [{"name":"Name","type":"string","format":"name","description":"","priority":0},\
            {"name":"Data","type":"string","format":"","description":"","priority":0},\
            {"name":"Age","type":"string","format":"","description":"","priority":0}]""");
  }

  @Test
  void blanksInNamesArePreserved() {
    assertThat(new String(TableColumns.of(type("", "v1", "events")).definitions(), UTF_8))
        .contains("\"Last Seen\"")
        .doesNotContain("_");
  }

  @Test
  void allVersionsShareOneTable() {
    assertThat(TableColumns.of(type("autoscaling", "v1", "horizontalpodautoscalers")))
        .isSameAs(TableColumns.of(type("autoscaling", "v2", "horizontalpodautoscalers")));
    assertThat(TableColumns.of(type("events.k8s.io", "v1", "events")))
        .isSameAs(TableColumns.of(type("", "v1", "events")));
  }

  @Test
  void thoseWithoutATableShowNameAndTime() {
    assertThat(
            Rows.text(
                TableColumns.of(type("rbac.authorization.k8s.io", "v1", "roles")),
                "{metadata: {name: 'r', creationTimestamp: '2026-01-02T03:04:05Z'}}"))
        .isEqualTo("{\"cells\":[\"r\",\"2026-01-02T03:04:05Z\"],\"object\":");
    assertThat(
            Rows.text(
                TableColumns.of(type("authentication.k8s.io", "v1", "tokenreviews")),
                "{metadata: {creationTimestamp: null}}"))
        .isEqualTo("{\"cells\":[\"\",\"0001-01-01T00:00:00Z\"],\"object\":");
  }

  @Test
  void scale() {
    assertThat(
            Rows.text(
                TableColumns.scale(BuiltInResources.registry().get("apps", "v1", "deployments")),
                """
                {metadata: {name: 'd', creationTimestamp: '2026-01-09T23:00:00Z'}, \
                spec: {replicas: 3}, status: {replicas: 2}}"""))
        .isEqualTo("{\"cells\":[\"d\",3,2,\"60m\"],\"object\":");
  }

  @Test
  void textIsEscapedAsInGo() {
    assertThat(
            Rows.text(
                Rows.table("pods"),
                """
                {metadata: {name: 'p'}, spec: {containers: [{}]}, \
                status: {reason: '<a href="x">&\\u2028é\\t\\\\\\u0001</a>'}}"""))
        .isEqualTo(
            """
            {"cells":["p","0/1",\
            "\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028é\\t\\\\\\u0001\\u003c/a\\u003e","0",\
            "\\u003cunknown\\u003e","\\u003cnone\\u003e","\\u003cnone\\u003e",\
            "\\u003cnone\\u003e","\\u003cnone\\u003e"],"object":""");
  }

  @Test
  void aPodThatHasEndedIsCompleted() {
    assertThat(Rows.text(Rows.table("pods"), "{status: {phase: 'Failed'}}"))
        .endsWith(
            """
            ],"conditions":[{"type":"Completed","status":"True","reason":"Failed",\
            "message":"The pod failed."}],"object":""");
    assertThat(Rows.text(Rows.table("pods"), "{status: {phase: 'Succeeded'}}"))
        .contains("\"reason\":\"Succeeded\",\"message\":\"The pod has completed successfully.\"");
    assertThat(Rows.text(Rows.table("pods"), "{status: {phase: 'Running'}}"))
        .doesNotContain("conditions");
  }

  /** An object with missing or mistyped values has a row, as it must not fail the list. */
  @Test
  void anObjectWithNothingInItHasARow() {
    for (ResourceType type : BuiltInResources.registry().all()) {
      for (String object :
          new String[] {
            "{}",
            "{metadata: null, spec: null, status: null}",
            "{metadata: [], spec: 'x', status: 3, data: true, webhooks: null, type: {}}",
            "{spec: {metrics: [{type: 'Object'}, {}], ports: [{}], paramRef: {}, limited: {}}, "
                + "status: {containerStatuses: [{}], initContainerStatuses: [{}], hard: {a: null}}}"
          }) {
        assertThat(Rows.json(Rows.text(TableColumns.of(type), object) + "null}").get("cells"))
            .as(type.toString())
            .isNotEmpty();
      }
    }
  }
}
