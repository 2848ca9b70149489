package dev.rheo.compat.fabric8;

import dev.rheo.compat.harness.Identity;
import dev.rheo.compat.harness.Writes;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ConfigMaps and Secrets through the fluent API. */
final class Objects implements Writes {
  private final KubernetesClient client;
  private final String namespace;

  Objects(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  static Identity identity(HasMetadata object) {
    ObjectMeta m = object.getMetadata();
    return new Identity(m.getNamespace(), m.getName(), m.getUid(), m.getResourceVersion());
  }

  static Collection<Identity> identities(Collection<? extends HasMetadata> objects) {
    return objects.stream().map(Objects::identity).toList();
  }

  static ConfigMap configMap(String name, int n) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .addToLabels("even", Writes.even(n))
        .endMetadata()
        .addToData("n", Integer.toString(n))
        .build();
  }

  @Override
  public Identity put(String resource, String name, int n, boolean create) {
    ConfigMap map = configMap(name, n);
    if (resource.equals("configmaps")) {
      Resource<ConfigMap> api = client.configMaps().inNamespace(namespace).resource(map);
      return identity(create ? api.create() : api.update());
    }
    byte[] number = Integer.toString(n).getBytes(StandardCharsets.UTF_8);
    Secret secret =
        new SecretBuilder()
            .withMetadata(map.getMetadata())
            .withType("Opaque")
            .addToData("n", Base64.getEncoder().encodeToString(number))
            .build();
    Resource<Secret> api = client.secrets().inNamespace(namespace).resource(secret);
    return identity(create ? api.create() : api.update());
  }

  @Override
  public void delete(String resource, String name) {
    boolean found =
        resource.equals("configmaps")
            ? !client.configMaps().inNamespace(namespace).withName(name).delete().isEmpty()
            : !client.secrets().inNamespace(namespace).withName(name).delete().isEmpty();
    if (!found) {
      throw new IllegalStateException(resource + "/" + name + " was not there");
    }
  }

  List<ConfigMap> configMaps() {
    return client.configMaps().inNamespace(namespace).list().getItems();
  }

  List<ConfigMap> evenConfigMaps() {
    return client.configMaps().inNamespace(namespace).withLabel("even", "true").list().getItems();
  }

  List<Secret> secrets() {
    return client.secrets().inNamespace(namespace).list().getItems();
  }

  List<Secret> allSecrets() {
    return client.secrets().inAnyNamespace().list().getItems();
  }

  Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    for (ConfigMap o : configMaps()) {
      numbers.put("configmaps/" + o.getMetadata().getName(), Integer.valueOf(o.getData().get("n")));
    }
    for (Secret o : secrets()) {
      byte[] number = Base64.getDecoder().decode(o.getData().get("n"));
      numbers.put(
          "secrets/" + o.getMetadata().getName(),
          Integer.valueOf(new String(number, StandardCharsets.UTF_8)));
    }
    return numbers;
  }
}
