package dev.rheo.compat.clientjava;

import dev.rheo.compat.harness.Checks;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.KubernetesApiResponse;
import java.util.List;
import java.util.Map;

/** One request each: create, get, replace, patches, selectors, pages, delete. */
final class Requests {
  private final Checks checks;
  private final CoreV1Api core;
  private final ApiClient client;
  private final String namespace;

  Requests(Checks checks, CoreV1Api core, ApiClient client, String namespace) {
    this.checks = checks;
    this.core = core;
    this.client = client;
    this.namespace = namespace;
  }

  void run() throws ApiException {
    V1ConfigMap one =
        core.createNamespacedConfigMap(namespace, Objects.configMap("one", 1)).execute();
    checks.equal("create answers what was sent", Map.of("n", "1"), one.getData());
    checks.equal(
        "create of what exists is a conflict",
        409,
        code(
            () ->
                core.createNamespacedConfigMap(namespace, Objects.configMap("one", 1)).execute()));
    checks.equal(
        "get answers what create did",
        one,
        core.readNamespacedConfigMap("one", namespace).execute());
    checks.equal(
        "get of what is not there",
        404,
        code(() -> core.readNamespacedConfigMap("none", namespace).execute()));

    V1ConfigMap two =
        core.replaceNamespacedConfigMap("one", namespace, one.data(Map.of("n", "2"))).execute();
    checks.equal("replace", "2", two.getData().get("n"));
    checks.equal(
        "replace of an old version is a conflict",
        409,
        code(() -> core.replaceNamespacedConfigMap("one", namespace, one).execute()));

    checks.step(
        "JSON patch",
        () ->
            patched(
                V1Patch.PATCH_FORMAT_JSON_PATCH,
                "[{\"op\":\"replace\",\"path\":\"/data/n\",\"value\":\"3\"}]",
                "3"));
    checks.step(
        "merge patch",
        () -> patched(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, "{\"data\":{\"n\":\"4\"}}", "4"));
    checks.step(
        "strategic merge patch",
        () -> patched(V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH, "{\"data\":{\"n\":\"5\"}}", "5"));

    for (int i = 0; i < 7; i++) {
      core.createNamespacedConfigMap(namespace, Objects.configMap("page-" + i, i)).execute();
    }
    checks.equal(
        "label selector",
        4,
        size(core.listNamespacedConfigMap(namespace).labelSelector("even=true").execute()));
    checks.equal(
        "field selector",
        1,
        size(
            core.listNamespacedConfigMap(namespace)
                .fieldSelector("metadata.name=page-3")
                .execute()));
    int items = 0;
    int pages = 0;
    String more = null;
    do {
      V1ConfigMapList page =
          core.listNamespacedConfigMap(namespace).limit(3)._continue(more).execute();
      items += size(page);
      pages++;
      more = page.getMetadata().getContinue();
    } while (more != null && !more.isEmpty());
    checks.equal("a list in pages of 3", List.of(8, 3), List.of(items, pages));

    GenericKubernetesApi<V1ConfigMap, V1ConfigMapList> generic =
        new GenericKubernetesApi<>(
            V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client);
    KubernetesApiResponse<V1ConfigMap> made =
        generic.create(
            new V1ConfigMap()
                .metadata(new V1ObjectMeta().generateName("generic-").namespace(namespace)));
    checks.that(
        "generic API: create with generateName",
        made.isSuccess() && made.getObject().getMetadata().getName().startsWith("generic-"));
    checks.equal(
        "generic API: a Status for what is not there",
        "NotFound",
        generic.get(namespace, "none").getStatus().getReason());
    checks.that(
        "generic API: delete",
        generic.delete(namespace, made.getObject().getMetadata().getName()).isSuccess());

    core.deleteNamespacedConfigMap("one", namespace).execute();
    checks.equal(
        "delete", 404, code(() -> core.readNamespacedConfigMap("one", namespace).execute()));
    core.deleteCollectionNamespacedConfigMap(namespace).labelSelector("even").execute();
    checks.equal(
        "delete of a collection", 0, size(core.listNamespacedConfigMap(namespace).execute()));
  }

  private String patched(String format, String patch, String wanted) throws ApiException {
    V1ConfigMap answer =
        PatchUtils.patch(
            V1ConfigMap.class,
            () ->
                core.patchNamespacedConfigMap("one", namespace, new V1Patch(patch)).buildCall(null),
            format,
            client);
    String got = answer.getData().get("n");
    return wanted.equals(got) ? "" : "wanted " + wanted + ", got " + got;
  }

  private static int size(V1ConfigMapList list) {
    return list.getItems().size();
  }

  private interface Request {
    Object send() throws ApiException;
  }

  private static int code(Request request) {
    try {
      request.send();
      return 200;
    } catch (ApiException e) {
      return e.getCode();
    }
  }
}
