package dev.rheo.compat.operator;

import dev.rheo.client.fabric8.RheoInformers;
import dev.rheo.compat.harness.Checks;
import dev.rheo.compat.harness.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.Operator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * An operator that is written with the Java Operator SDK: a generated definition, a reconciler with
 * a status, a cleaner with its finalizer, a dependent resource, and an operator that is stopped and
 * started again.
 */
public final class Main {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Checks checks;
  private final Config config;
  private final KubernetesClient client;
  private final String namespace;
  private final KettleReconciler reconciler = new KettleReconciler();

  private Main(Checks checks, Config config, KubernetesClient client, String namespace) {
    this.checks = checks;
    this.config = config;
    this.client = client;
    this.namespace = namespace;
  }

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.parse(args);
    Checks checks = new Checks();
    String namespace = "operator-" + System.nanoTime() % 1_000_000_000L;
    // kube-apiserver answers 429 while the cache of a new type fills: the client is to ask again.
    Config config = Config.fromKubeconfig(Files.readString(Path.of(settings.kubeconfig())));
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build()) {
      client
          .namespaces()
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
      try {
        new Main(checks, config, client, namespace).run();
      } catch (Exception e) {
        checks.that("the course of the test", e.toString());
      } finally {
        client.namespaces().withName(namespace).delete();
      }
    }
    System.exit(checks.end());
  }

  private void run() throws Exception {
    CustomResourceDefinition definition = Definitions.kettles();
    checks.step("the generated definition is applied and established", () -> install(client, definition));
    Operator operator = operator();
    life();
    refusals();
    errors();
    operator.stop();
    checks.step("a change while no operator runs", () -> cups("one", 6));
    widen(definition);
    operator = operator();
    follows("an operator that is started again follows it", "one", 6);
    end();
    operator.stop();
  }

  private Operator operator() {
    Operator operator =
        new Operator(
            overrider ->
                overrider
                    .withKubernetesClient(informers(client()))
                    .checkingCRDAndValidateLocalModel(true));
    operator.register(reconciler, overrider -> overrider.settingNamespace(namespace));
    checks.step(
        "the operator starts",
        () -> {
          try {
            operator.start();
            return "";
          } catch (RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
              cause = cause.getCause();
            }
            return cause.toString();
          }
        });
    return operator;
  }

  private KubernetesClient client() {
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** With {@code -Drheo.informers=true} the event sources are our informers. */
  private static KubernetesClient informers(KubernetesClient client) {
    return Boolean.getBoolean("rheo.informers") ? RheoInformers.wrap(client) : client;
  }

  static String install(KubernetesClient client, CustomResourceDefinition definition) {
    CustomResourceDefinition applied =
        client
            .resource(definition)
            .patch(
                new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("operator")
                    .withForce(true)
                    .build());
    client
        .resource(applied)
        .waitUntilCondition(
            seen ->
                seen != null
                    && seen.getStatus() != null
                    && seen.getStatus().getConditions().stream()
                        .anyMatch(
                            c -> c.getType().equals("Established") && c.getStatus().equals("True")),
            PATIENCE.toSeconds(),
            TimeUnit.SECONDS);
    return client.getApiResources("operator.example.com/v1") != null ? "" : "it is not discovered";
  }

  private Resource<Kettle> kettle(String name) {
    return client.resources(Kettle.class).inNamespace(namespace).withName(name);
  }

  private Resource<ConfigMap> map(String name) {
    return client.configMaps().inNamespace(namespace).withName(name);
  }

  private Kettle create(String name, String tea) {
    Kettle kettle = new Kettle();
    kettle.getMetadata().setName(name);
    kettle.getMetadata().setNamespace(namespace);
    kettle.setSpec(new Kettle.Spec());
    kettle.getSpec().tea = tea;
    return client.resource(kettle).create();
  }

  private String cups(String name, int cups) {
    kettle(name)
        .edit(
            kettle -> {
              kettle.getSpec().cups = cups;
              return kettle;
            });
    return "";
  }

  private void follows(String text, String name, int cups) {
    eventually(
        text,
        () -> {
          Kettle kettle = kettle(name).get();
          ConfigMap map = map(name).get();
          Kettle.Status status = kettle.getStatus();
          boolean right =
              status != null
                  && Objects.equals(status.cups, cups)
                  && Objects.equals(status.observedGeneration, kettle.getMetadata().getGeneration())
                  && map != null
                  && map.getData().get("cups").equals(String.valueOf(cups));
          return right
              ? ""
              : "the map is " + map + ", the status " + (status == null ? "none" : status.cups);
        });
  }

  private void life() {
    checks.step(
        "an object is created, with its defaults",
        () -> {
          Kettle.Spec spec = create("one", "green").getSpec();
          return spec.cups == 2 && spec.most == 10 ? "" : spec.cups + " and " + spec.most;
        });
    follows("it is reconciled", "one", 2);
    checks.step(
        "it has the finalizer",
        () -> {
          List<String> finalizers = kettle("one").get().getMetadata().getFinalizers();
          return finalizers.equals(List.of(KettleReconciler.FINALIZER))
              ? ""
              : finalizers.toString();
        });
    checks.step(
        "the dependent has its owner",
        () -> {
          var owners = map("one").get().getMetadata().getOwnerReferences();
          return owners.size() == 1 && owners.getFirst().getKind().equals("Kettle")
              ? ""
              : owners.toString();
        });
    checks.step("it is changed", () -> cups("one", 4));
    follows("the operator follows", "one", 4);
    checks.step(
        "somebody changes the dependent",
        () -> {
          map("one")
              .edit(
                  map -> {
                    map.getData().put("cups", "99");
                    return map;
                  });
          return "";
        });
    follows("it is taken back", "one", 4);
    checks.step("somebody deletes the dependent", () -> map("one").delete().isEmpty() ? "no" : "");
    follows("it comes back", "one", 4);
    checks.step(
        "a field is selected",
        () -> {
          create("two", "black");
          List<String> names =
              client
                  .resources(Kettle.class)
                  .inNamespace(namespace)
                  .withField("spec.tea", "black")
                  .list()
                  .getItems()
                  .stream()
                  .map(k -> k.getMetadata().getName())
                  .toList();
          return names.equals(List.of("two")) ? "" : names.toString();
        });
    follows("another one is reconciled", "two", 2);
  }

  private void refusals() {
    refused("a rule is held", "too many cups", () -> cups("one", 11));
    refused("a minimum is held", "should be greater than or equal to 1", () -> cups("one", 0));
    refused(
        "a transition rule is held",
        "a tea stays",
        () ->
            kettle("one")
                .edit(
                    kettle -> {
                      kettle.getSpec().tea = "white";
                      return kettle;
                    }));
    refused(
        "an enumeration is held",
        "supported values: \"MILD\", \"STRONG\"",
        () ->
            kettle("one")
                .patch(
                    PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"strength\":\"WEAK\"}}"));
    refused("a required field is demanded", "spec.tea: Required value", () -> create("bad", null));
  }

  private void refused(String text, String message, Callable<?> write) {
    checks.step(
        text,
        () -> {
          try {
            return "it was accepted: " + write.call();
          } catch (KubernetesClientException e) {
            return e.getCode() == 422 && e.getMessage().contains(message) ? "" : e.toString();
          }
        });
  }

  private void errors() {
    checks.step(
        "an object that fails is created", () -> create("bad", "coffee") != null ? "" : "no");
    eventually(
        "its failure is told in the status",
        () -> {
          Kettle.Status status = kettle("bad").get().getStatus();
          return status != null && Objects.equals(status.message, "coffee is no tea")
              ? ""
              : "it is not told";
        });
    checks.step("it is deleted", () -> kettle("bad").delete().isEmpty() ? "no" : "");
    eventually("and is gone", () -> kettle("bad").get() == null ? "" : "it is still there");
  }

  /** A new version of the definition: a field more, with a default. */
  private void widen(CustomResourceDefinition definition) {
    definition
        .getSpec()
        .getVersions()
        .getFirst()
        .getSchema()
        .getOpenAPIV3Schema()
        .getProperties()
        .get("spec")
        .getProperties()
        .put(
            "lid",
            new JSONSchemaPropsBuilder()
                .withType("string")
                .withDefault(new com.fasterxml.jackson.databind.node.TextNode("glass"))
                .build());
    checks.step("the definition gets a field", () -> install(client, definition));
    eventually(
        "a stored object has its default",
        () -> {
          HasMetadata seen =
              client
                  .genericKubernetesResources("operator.example.com/v1", "Kettle")
                  .inNamespace(namespace)
                  .withName("one")
                  .get();
          String text = client.getKubernetesSerialization().asJson(seen);
          return text.contains("\"lid\":\"glass\"") ? "" : text;
        });
  }

  private void end() {
    checks.step("an object is deleted", () -> kettle("one").delete().isEmpty() ? "no" : "");
    eventually("it is gone", () -> kettle("one").get() == null ? "" : "it is still there");
    checks.that("it was cleaned up", reconciler.cleaned.contains("one"));
    eventually(
        "its dependent is collected", () -> map("one").get() == null ? "" : "it is still there");
    Resource<CustomResourceDefinition> definition =
        client.apiextensions().v1().customResourceDefinitions().withName(Definitions.NAME);
    checks.step("the definition is deleted", () -> definition.delete().isEmpty() ? "no" : "");
    eventually(
        "it is gone with its objects",
        () -> {
          CustomResourceDefinition left = definition.get();
          return left == null ? "" : String.valueOf(left.getStatus());
        });
    checks.that("which were cleaned up", reconciler.cleaned.contains("two"));
    eventually(
        "its path is gone",
        () -> {
          try {
            return "it answers " + client.resources(Kettle.class).inNamespace(namespace).list();
          } catch (KubernetesClientException e) {
            return e.getCode() == 404 ? "" : e.toString();
          }
        });
  }

  private void eventually(String text, Callable<String> ask) {
    Instant end = Instant.now().plus(PATIENCE);
    checks.step(
        text,
        () -> {
          while (true) {
            String complaint;
            try {
              complaint = ask.call();
            } catch (KubernetesClientException e) {
              complaint = e.toString();
            }
            if (complaint.isEmpty() || Instant.now().isAfter(end)) {
              return complaint;
            }
            Thread.sleep(50);
          }
        });
  }
}
