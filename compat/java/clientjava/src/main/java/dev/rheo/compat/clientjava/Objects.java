package dev.rheo.compat.clientjava;

import dev.rheo.compat.harness.Identity;
import dev.rheo.compat.harness.Writes;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Secret;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ConfigMaps and Secrets through the generated API. */
final class Objects implements Writes {
  private final CoreV1Api core;
  private final String namespace;

  Objects(CoreV1Api core, String namespace) {
    this.core = core;
    this.namespace = namespace;
  }

  static Identity identity(KubernetesObject object) {
    V1ObjectMeta m = object.getMetadata();
    return new Identity(m.getNamespace(), m.getName(), m.getUid(), m.getResourceVersion());
  }

  static Collection<Identity> identities(Collection<? extends KubernetesObject> objects) {
    return objects.stream().map(Objects::identity).toList();
  }

  static V1ConfigMap configMap(String name, int n) {
    return new V1ConfigMap()
        .metadata(new V1ObjectMeta().name(name).labels(Map.of("even", Writes.even(n))))
        .data(Map.of("n", Integer.toString(n)));
  }

  @Override
  public Identity put(String resource, String name, int n, boolean create) throws ApiException {
    if (resource.equals("configmaps")) {
      V1ConfigMap object = configMap(name, n);
      return identity(
          create
              ? core.createNamespacedConfigMap(namespace, object).execute()
              : core.replaceNamespacedConfigMap(name, namespace, object).execute());
    }
    V1Secret object =
        new V1Secret()
            .metadata(configMap(name, n).getMetadata())
            .type("Opaque")
            .data(Map.of("n", Integer.toString(n).getBytes(StandardCharsets.UTF_8)));
    return identity(
        create
            ? core.createNamespacedSecret(namespace, object).execute()
            : core.replaceNamespacedSecret(name, namespace, object).execute());
  }

  @Override
  public void delete(String resource, String name) throws ApiException {
    if (resource.equals("configmaps")) {
      core.deleteNamespacedConfigMap(name, namespace).execute();
    } else {
      core.deleteNamespacedSecret(name, namespace).execute();
    }
  }

  List<V1ConfigMap> configMaps(String labelSelector) throws ApiException {
    return core.listNamespacedConfigMap(namespace)
        .labelSelector(labelSelector)
        .execute()
        .getItems();
  }

  List<V1Secret> secrets() throws ApiException {
    return core.listNamespacedSecret(namespace).execute().getItems();
  }

  List<V1Secret> allSecrets() throws ApiException {
    return core.listSecretForAllNamespaces().execute().getItems();
  }

  Map<String, Integer> numbers() throws ApiException {
    Map<String, Integer> numbers = new HashMap<>();
    for (V1ConfigMap o : configMaps(null)) {
      numbers.put("configmaps/" + o.getMetadata().getName(), Integer.valueOf(o.getData().get("n")));
    }
    for (V1Secret o : secrets()) {
      String n = new String(o.getData().get("n"), StandardCharsets.UTF_8);
      numbers.put("secrets/" + o.getMetadata().getName(), Integer.valueOf(n));
    }
    return numbers;
  }
}
