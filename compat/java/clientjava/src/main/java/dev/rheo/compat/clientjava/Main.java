package dev.rheo.compat.clientjava;

import dev.rheo.compat.harness.Book;
import dev.rheo.compat.harness.Checks;
import dev.rheo.compat.harness.Churn;
import dev.rheo.compat.harness.Course;
import dev.rheo.compat.harness.Settings;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.FileReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import okhttp3.Protocol;

/**
 * Holds a server to what the official Java client needs: CRUD, watches that arrive event by event
 * though OkHttp asks for gzip, and shared informers that follow churn through restarts and end with
 * exactly what the server holds.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.parse(args);
    Checks checks = new Checks();
    String namespace = "clientjava-" + System.nanoTime() % 1_000_000_000L;
    ApiClient writer = client(settings, List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
    CoreV1Api core = new CoreV1Api(writer);
    core.createNamespace(new V1Namespace().metadata(new V1ObjectMeta().name(namespace))).execute();

    // The informers of one client share a connection of HTTP/2, those of the other have one each of
    // HTTP/1.1.
    Answers answers = new Answers();
    ApiClient multiplexed = client(settings, List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
    multiplexed.setHttpClient(answers.into(multiplexed.getHttpClient()));
    ApiClient plain = client(settings, List.of(Protocol.HTTP_1_1));
    plain.setHttpClient(answers.into(plain.getHttpClient()));
    try {
      new Requests(checks, core, multiplexed, namespace).run();
      new Streams(settings, checks, core, namespace, answers).run(multiplexed, plain);

      Objects objects = new Objects(core, namespace);
      Churn churn = new Churn(objects, "o");
      churn.seed(40);
      SharedInformerFactory overHttp2 = new SharedInformerFactory(multiplexed);
      SharedInformerFactory overHttp1 = new SharedInformerFactory(plain);
      Informers informers = new Informers(checks, objects, namespace);
      List<Book> books = informers.start(multiplexed, overHttp2, plain, overHttp1);
      new Course(settings, checks, churn, books, objects::numbers).run();
      overHttp2.stopAllRegisteredInformers();
      overHttp1.stopAllRegisteredInformers();
      checks.note("answers to the informers: " + answers.summary());
    } catch (Exception e) {
      checks.that("the course of the test", e.toString());
    } finally {
      core.deleteNamespace(namespace).execute();
    }
    System.exit(checks.end());
  }

  private static ApiClient client(Settings settings, List<Protocol> protocols) throws Exception {
    try (FileReader file = new FileReader(settings.kubeconfig(), StandardCharsets.UTF_8)) {
      KubeConfig config = KubeConfig.loadKubeConfig(file);
      ApiClient client = ClientBuilder.kubeconfig(config).setProtocols(protocols).build();
      client.setReadTimeout(0); // as the client's documentation asks for watches
      // An idle connection may have been ended by a restart of the server: a write must not be sent
      // into it twice.
      client.setHttpClient(
          client.getHttpClient().newBuilder().retryOnConnectionFailure(false).build());
      return client;
    }
  }
}
