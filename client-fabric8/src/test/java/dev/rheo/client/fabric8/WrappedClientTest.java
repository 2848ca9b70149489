package dev.rheo.client.fabric8;

import static dev.rheo.testing.script.Objects.configMap;
import static dev.rheo.testing.script.Objects.endBookmark;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.testing.script.Received;
import dev.rheo.testing.script.Reply;
import dev.rheo.testing.script.ScriptedServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.impl.BaseClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.SharedInformerFactory;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WrappedClientTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final KubernetesClient original =
      new KubernetesClientBuilder().withConfig(Clients.config(server.url()).build()).build();
  private final KubernetesClient client = RheoInformers.wrap(original);

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void eachInformerThatTheDslLeadsToIsOurs() throws Exception {
    List<String> ours = new ArrayList<>();
    follow(client, "client", 3, ours);

    assertThat(ours)
        .contains(
            "client.pods",
            "client.apps.deployments",
            "client.rbac.roles",
            "client.admissionRegistration.v1.validatingWebhookConfigurations");
    assertThat(ours).hasSizeGreaterThan(80);
  }

  private static void follow(Object at, String path, int depth, List<String> ours)
      throws Exception {
    if (at instanceof Informable<?> informable) {
      assertThat(informable.runnableInformer(0)).as(path).isInstanceOf(SharedInformer.class);
      ours.add(path);
      return;
    }
    for (Method method : at.getClass().getInterfaces()[0].getMethods()) {
      boolean step =
          method.getParameterCount() == 0
              && method.getReturnType().isInterface()
              && method.getReturnType().getName().startsWith("io.fabric8.kubernetes.client");
      if (step && depth > 0) {
        Object next = method.invoke(at);
        // What is no proxy has nothing to do with informers: configuration, HTTP client, watches.
        boolean dsl =
            method.getReturnType().getName().contains("dsl.")
                || method.getReturnType().getName().endsWith("DSL");
        assertThat(!dsl || Proxy.isProxyClass(next.getClass())).as(path + method).isTrue();
        if (!dsl) {
          continue;
        }
        follow(next, path + "." + method.getName(), depth - 1, ours);
      }
    }
  }

  @Test
  void whatTheDslSelectsIsAskedFor() {
    assertThat(path(client.pods().inAnyNamespace())).isEqualTo("/api/v1/pods");
    assertThat(path(client.pods().inNamespace("shop"))).isEqualTo("/api/v1/namespaces/shop/pods");
    assertThat(path(client.pods())).isEqualTo("/api/v1/namespaces/default/pods");
    assertThat(path(client.nodes())).isEqualTo("/api/v1/nodes");
    assertThat(path(client.resources(Pod.class).inAnyNamespace())).isEqualTo("/api/v1/pods");
    assertThat(path(client.apps().deployments().inNamespace("shop")))
        .isEqualTo("/apis/apps/v1/namespaces/shop/deployments");
    assertThat(path(client.genericKubernetesResources(WIDGETS).inAnyNamespace()))
        .isEqualTo("/apis/example.com/v1/widgets");
    assertThat(path(client.adapt(NamespacedKubernetesClient.class).inNamespace("a").secrets()))
        .isEqualTo("/api/v1/namespaces/a/secrets");
    assertThat(path(client.resource(new ConfigMapBuilder(map("a")).build())))
        .isEqualTo("/api/v1/namespaces/default/configmaps");

    assertThat(selectors(client.pods().withLabel("app", "till").withoutLabel("old")))
        .isEqualTo("labelSelector=app%3Dtill%2C%21old");
    assertThat(selectors(client.pods().withNewFilter().withLabel("a", "b").endFilter()))
        .isEqualTo("labelSelector=a%3Db");
    assertThat(
            selectors(
                client
                    .pods()
                    .withLabelSelector(
                        new LabelSelectorBuilder().addToMatchLabels("a", "b").build())))
        .isEqualTo("labelSelector=a%3Db");
    assertThat(selectors(client.pods().withField("spec.nodeName", "n1")))
        .isEqualTo("fieldSelector=spec.nodeName%3Dn1");
    assertThat(selectors(client.pods().withName("p"))).isEqualTo("fieldSelector=metadata.name%3Dp");
    assertThat(selectors(client.pods().withLimit(7L))).isEmpty();
  }

  private static final ResourceDefinitionContext WIDGETS =
      new ResourceDefinitionContext.Builder()
          .withGroup("example.com")
          .withVersion("v1")
          .withKind("Widget")
          .withPlural("widgets")
          .withNamespaced(true)
          .build();

  private static ConfigMap map(String name) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .endMetadata()
        .build();
  }

  private static String path(Informable<?> informable) {
    return ours(informable.runnableInformer(0)).operation().resource().path();
  }

  private static String selectors(Informable<?> informable) {
    return ours(informable.runnableInformer(0)).operation().resource().selectors();
  }

  private static SharedInformer<?> ours(SharedIndexInformer<?> informer) {
    assertThat(informer).isInstanceOf(SharedInformer.class);
    return (SharedInformer<?>) informer;
  }

  @Test
  void everythingElseIsDoneByTheOriginal() {
    server.expect(Received::isList, Reply.of(200, configMap("a", 5)));

    assertThat(client.configMaps().inNamespace("default").withName("a").get().getMetadata())
        .satisfies(metadata -> assertThat(metadata.getResourceVersion()).isEqualTo("5"));
    assertThat(client.getConfiguration()).isSameAs(original.getConfiguration());
    assertThat(client.adapt(BaseClient.class)).isNotNull();
    assertThat(client).isEqualTo(client).hasSameHashCodeAs(original);
    assertThat(client.equals(original)).isTrue();
    assertThatThrownBy(() -> client.pods().withName(""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void informStartsAndTheFactoryKeepsCount() throws Exception {
    for (int i = 0; i < 2; i++) {
      server.expect(
          Received::isWatchList,
          Reply.stream().event("ADDED", configMap("a", 5)).event("BOOKMARK", endBookmark(20)));
    }

    SharedIndexInformer<ConfigMap> informer =
        client
            .configMaps()
            .withIndexers(Map.of("first", o -> List.of(o.getMetadata().getName().substring(0, 1))))
            .withLimit(10L)
            .inform();
    assertThat(informer.getIndexer().byIndex("first", "a")).hasSize(1);

    SharedInformerFactory factory = client.informers();
    SharedIndexInformer<ConfigMap> second = factory.sharedIndexInformerFor(ConfigMap.class, 0);
    assertThat(factory.getExistingSharedIndexInformer(ConfigMap.class)).isSameAs(second);
    assertThat(factory.getExistingSharedIndexInformer(Pod.class)).isNull();
    factory.startAllRegisteredInformers().get();
    assertThat(second.getStore().listKeys()).containsExactly("default/a");
    assertThat(server.requests().get(1).path()).isEqualTo("/api/v1/configmaps");
    factory.stopAllRegisteredInformers();
    assertThat(second.isRunning()).isFalse();

    client.close();
    assertThat(informer.stopped()).isCompleted();
    assertThat(informer.isRunning()).isFalse();
  }

  @Test
  void genericResourcesKnowTheirKindAlthoughAListDoesNotNameIt() {
    server
        .expect(Received::isWatchList, Reply.status(422, "Invalid", "no"))
        .expect(
            Received::isList,
            Reply.of(
                200,
                "{\"kind\":\"WidgetList\",\"apiVersion\":\"example.com/v1\",\"metadata\":"
                    + "{\"resourceVersion\":\"9\"},\"items\":[{\"metadata\":{\"name\":\"w\","
                    + "\"namespace\":\"default\",\"resourceVersion\":\"3\"}}]}"))
        .expect(Received::isWatch, Reply.stream());

    GenericKubernetesResource widget =
        client
            .genericKubernetesResources(WIDGETS)
            .inAnyNamespace()
            .inform()
            .getStore()
            .list()
            .get(0);

    assertThat(widget.getKind()).isEqualTo("Widget");
    assertThat(widget.getApiVersion()).isEqualTo("example.com/v1");
  }
}
