package dev.rheo.junit;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The clients that can be made. A type is known by its name, so that a client that is not on the
 * class path is missed by nobody.
 */
enum ClientKind {
  FABRIC8_CLIENT(
      kubeconfig -> Fabric8Clients.client(kubeconfig),
      "io.fabric8.kubernetes.client.KubernetesClient",
      "io.fabric8.kubernetes.client.NamespacedKubernetesClient"),
  FABRIC8_CONFIG(
      kubeconfig -> Fabric8Clients.config(kubeconfig), "io.fabric8.kubernetes.client.Config"),
  OFFICIAL_CLIENT(
      kubeconfig -> OfficialClients.client(kubeconfig), "io.kubernetes.client.openapi.ApiClient");

  private final Function<String, Made> maker;
  private final List<String> types;

  /**
   * @param maker a lambda and no method reference, which would load the client's classes at once
   */
  ClientKind(Function<String, Made> maker, String... types) {
    this.maker = maker;
    this.types = List.of(types);
  }

  /**
   * @param close closes the client
   */
  record Made(Object client, AutoCloseable close) {}

  /** The kind of client that has this type, or null. */
  static @Nullable ClientKind of(Class<?> type) {
    for (ClientKind kind : values()) {
      if (kind.types.contains(type.getName())) {
        return kind;
      }
    }
    return null;
  }

  /** The types, for people. */
  static List<String> names() {
    return Arrays.stream(values()).flatMap(kind -> kind.types.stream()).toList();
  }

  Made make(String kubeconfig) {
    return maker.apply(kubeconfig);
  }
}
