package dev.rheo.junit;

import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;

/** Makes clients of client-java. Used only where client-java is on the class path. */
final class OfficialClients {
  private OfficialClients() {}

  static ClientKind.Made client(String kubeconfig) {
    try {
      ApiClient client =
          ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(new StringReader(kubeconfig))).build();
      return new ClientKind.Made(client, () -> close(client));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An ApiClient cannot be closed; its HTTP client's threads would live for another minute. */
  private static void close(ApiClient client) {
    var http = client.getHttpClient();
    http.dispatcher().cancelAll();
    http.dispatcher().executorService().shutdownNow();
    http.connectionPool().evictAll();
  }
}
