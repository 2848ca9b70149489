package dev.rheo.junit;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** Makes clients of fabric8. Used only where fabric8 is on the class path. */
final class Fabric8Clients {
  private Fabric8Clients() {}

  static ClientKind.Made config(String kubeconfig) {
    return new ClientKind.Made(Config.fromKubeconfig(kubeconfig), () -> {});
  }

  static ClientKind.Made client(String kubeconfig) {
    KubernetesClient client =
        new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig)).build();
    return new ClientKind.Made(client, client::close);
  }
}
