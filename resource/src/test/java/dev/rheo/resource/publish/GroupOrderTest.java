package dev.rheo.resource.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.GroupVersionPriority;
import dev.rheo.resource.type.GroupVersionPriority.GroupVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The expectations are what kube-apiserver 1.36.3 answered for the same APIServices. */
class GroupOrderTest {
  private static final GroupVersionPriority CUSTOM = GroupVersionPriority.CUSTOM;

  private static Registration registered(String group, String version, int first, int second) {
    return new Registration(
        version + "." + group, group, version, new GroupVersionPriority(first, second));
  }

  private static ExtensionVersion extension(
      String group, String version, int first, int second, String resources, boolean current) {
    return new ExtensionVersion(
        group, version, new GroupVersionPriority(first, second), resources, current);
  }

  private static Discovery discovery(
      List<Registration> registered, List<ExtensionVersion> extensions) {
    return new Discovery(BuiltInResources::registry, () -> registered, () -> extensions, "0");
  }

  private static List<String> found(byte[] document, String pattern) {
    return Pattern.compile(pattern)
        .matcher(new String(document, StandardCharsets.UTF_8))
        .results()
        .map(result -> result.group(1))
        .toList();
  }

  private static List<String> groupVersions(byte[] document) {
    return found(document, "\\{\"groupVersion\":\"([^\"]+)\",\"version\":\"[^\"]+\"\\}[,\\]]");
  }

  @Test
  void everyBuiltInVersionButThatOfTheApiServicesHasAPriority() {
    Set<GroupVersion> served = new HashSet<>();
    BuiltInResources.registry()
        .all()
        .forEach(type -> served.add(new GroupVersion(type.group(), type.version())));
    served.remove(new GroupVersion("apiregistration.k8s.io", "v1"));
    assertThat(GroupVersionPriority.builtIn().keySet()).isEqualTo(served);
  }

  @Test
  void theListOfGroupsGoesByTheNamesOfApiServices() {
    List<Registration> all = new ArrayList<>();
    all.add(registered("alpha.example.com", "v1beta1", 1000, 100));
    all.add(registered("zeta.example.com", "v1", 1000, 100));
    all.add(registered("zeta.example.com", "v2", 1000, 100));
    all.add(registered("batch", "v1", 19_000, 3));
    all.add(registered("events.k8s.io", "v1", 17_750, 15));
    all.add(registered("", "v1", 18_000, 1));
    assertThat(groupVersions(discovery(all, List.of()).groups()))
        .containsExactly(
            "apiregistration.k8s.io/v1",
            "batch/v1",
            "events.k8s.io/v1",
            "zeta.example.com/v2",
            "zeta.example.com/v1",
            "alpha.example.com/v1beta1");
  }

  @Test
  void aGroupWithoutApiServiceIsStillAnsweredByItself() {
    Discovery without = discovery(List.of(), List.of());
    assertThat(new String(without.groups(), StandardCharsets.UTF_8)).doesNotContain("\"apps\"");
    assertThat(new String(without.group("apps"), StandardCharsets.UTF_8))
        .contains("\"groupVersion\":\"apps/v1\"");
  }

  @Test
  void aGroupIsThatOfItsApiServices() {
    Discovery more =
        discovery(
            List.of(registered("apps", "v1", 10, 1), registered("apps", "v2", 10, 2)), List.of());
    assertThat(groupVersions(more.group("apps"))).containsExactly("apps/v2", "apps/v1");
  }

  @Test
  void aggregatedDiscoveryGoesByTheNamesOfGroups() {
    List<ExtensionVersion> extensions =
        List.of(
            extension("zeta.example.com", "v1", 1000, 100, "[{}]", true),
            extension("alpha.example.com", "v1beta1", 1000, 100, "", false),
            extension("first.example.com", "v1", 20_000, 1, "[{}]", true),
            extension("policy", "v1", 17_100, 15, "", false));
    byte[] body = discovery(List.of(), extensions).aggregatedGroups().body();
    List<String> groups = found(body, "\"metadata\":\\{\"name\":\"([^\"]+)\"");
    assertThat(groups)
        .startsWith("apiregistration.k8s.io", "first.example.com", "apps")
        .endsWith("alpha.example.com", "zeta.example.com")
        .containsOnlyOnce("policy");
    String text = new String(body, StandardCharsets.UTF_8);
    assertThat(text)
        .contains(
            "{\"metadata\":{\"name\":\"policy\"},\"versions\":[{\"version\":\"v1\",\"freshness\":\"Stale\"}]}")
        .contains(
            "{\"metadata\":{\"name\":\"zeta.example.com\"},\"versions\":[{\"version\":\"v1\","
                + "\"resources\":[{}],\"freshness\":\"Current\"}]}");
  }

  @Test
  void versionsOfOneGroupGoByPriorityAndThenByName() {
    List<ExtensionVersion> extensions =
        List.of(
            extension("batch", "v1beta1", 5, 100, "", true),
            extension("batch", "v2", 5, 100, "", true),
            extension("batch", "v3", 5, 1, "", true));
    String text =
        new String(
            discovery(List.of(), extensions).aggregatedGroups().body(), StandardCharsets.UTF_8);
    String batch = text.substring(text.indexOf("{\"metadata\":{\"name\":\"batch\"}"));
    batch = batch.substring(0, batch.indexOf("{\"metadata\":{\"name\":\"cert"));
    assertThat(found(batch.getBytes(StandardCharsets.UTF_8), "\\{\"version\":\"([^\"]+)\""))
        .containsExactly("v2", "v1beta1", "v1", "v3");
  }

  @Test
  void nothingIsBuiltAgainForTheSameLists() {
    Discovery same = discovery(List.of(registered("a.b", "v1", CUSTOM.group(), 1)), List.of());
    assertThat(same.groups()).isSameAs(same.groups());
    assertThat(same.aggregatedGroups()).isSameAs(same.aggregatedGroups());
  }
}
