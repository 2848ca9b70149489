package dev.rheo.compat.fabric8;

import dev.rheo.compat.harness.Checks;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request each: create, get, replace, patches, selectors, pages, delete. */
final class Requests {
  private final Checks checks;
  private final NonNamespaceOperation<ConfigMap, ConfigMapList, Resource<ConfigMap>> maps;
  private final MixedOperation<ConfigMap, ConfigMapList, Resource<ConfigMap>> all;

  Requests(Checks checks, KubernetesClient client, String namespace) {
    this.checks = checks;
    this.all = client.configMaps();
    this.maps = all.inNamespace(namespace);
  }

  void run() {
    ConfigMap one = maps.resource(Objects.configMap("one", 1)).create();
    checks.equal("create answers what was sent", Map.of("n", "1"), one.getData());
    checks.equal(
        "create of what exists is a conflict",
        409,
        code(() -> maps.resource(Objects.configMap("one", 1)).create()));
    checks.equal("get answers what create did", one, maps.withName("one").get());
    checks.equal(
        "get of what is not there",
        Optional.empty(),
        Optional.ofNullable(maps.withName("none").get()));

    ConfigMap two = maps.resource(with(one, "2")).update();
    checks.equal("replace", "2", two.getData().get("n"));
    checks.equal(
        "replace of an old version is a conflict",
        409,
        code(() -> maps.resource(with(one, "9")).lockResourceVersion().update()));

    checks.step(
        "edit, which sends a JSON patch",
        () -> edited(maps.withName("one").edit(o -> with(o, "3")), "3"));
    checks.step(
        "merge patch", () -> patched(PatchType.JSON_MERGE, "{\"data\":{\"n\":\"4\"}}", "4"));
    checks.step(
        "strategic merge patch",
        () -> patched(PatchType.STRATEGIC_MERGE, "{\"data\":{\"n\":\"5\"}}", "5"));
    checks.step(
        "JSON patch",
        () ->
            patched(
                PatchType.JSON,
                "[{\"op\":\"replace\",\"path\":\"/data/n\",\"value\":\"6\"}]",
                "6"));

    for (int i = 0; i < 7; i++) {
      maps.resource(Objects.configMap("page-" + i, i)).create();
    }
    checks.equal("label", 4, size(maps.withLabel("even", "true").list()));
    checks.equal(
        "label in a set",
        7,
        size(
            maps.withLabelIn("even", "true", "false").withoutField("metadata.name", "one").list()));
    checks.equal(
        "label that is not so",
        3,
        size(maps.withoutLabel("even", "true").withoutField("metadata.name", "one").list()));
    checks.equal("field", 1, size(maps.withField("metadata.name", "page-3").list()));
    checks.equal(
        "field in all namespaces",
        1,
        size(all.inAnyNamespace().withField("metadata.name", "page-4").list()));
    int items = 0;
    int pages = 0;
    String more = null;
    do {
      ConfigMapList page =
          maps.list(new ListOptionsBuilder().withLimit(3L).withContinue(more).build());
      items += size(page);
      pages++;
      more = page.getMetadata().getContinue();
    } while (more != null && !more.isEmpty());
    checks.equal("a list in pages of 3", List.of(8, 3), List.of(items, pages));

    maps.withName("one").delete();
    checks.that("delete", maps.withName("one").get() == null);
    maps.withLabel("even").delete();
    checks.equal("delete of those with a label", 0, size(maps.withLabel("even").list()));
  }

  private String patched(PatchType type, String patch, String wanted) {
    return edited(maps.withName("one").patch(PatchContext.of(type), patch), wanted);
  }

  private static String edited(ConfigMap answer, String wanted) {
    String got = answer.getData().get("n");
    return wanted.equals(got) ? "" : "wanted " + wanted + ", got " + got;
  }

  private static ConfigMap with(ConfigMap map, String n) {
    return new ConfigMapBuilder(map).addToData("n", n).build();
  }

  private static int size(ConfigMapList list) {
    return list.getItems().size();
  }

  private static int code(Runnable request) {
    try {
      request.run();
      return 200;
    } catch (KubernetesClientException e) {
      return e.getCode();
    }
  }
}
