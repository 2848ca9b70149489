package dev.rheo.compat.operator;

import dev.rheo.client.Informer;
import dev.rheo.client.fabric8.RheoInformers;
import dev.rheo.compat.harness.Checks;
import dev.rheo.compat.harness.Gate;
import dev.rheo.compat.harness.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.javaoperatorsdk.operator.Operator;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An operator of the Java Operator SDK whose event sources are our informers, by one line. It must
 * lose no event while the server is restarted, and while it is cut off for so long that the history
 * that it needs is gone (410).
 *
 * <p>{@code --restarts "RESTART;;EXPIRE"}: the first command restarts the server. The second, which
 * may be left out, is run while the operator is cut off, and returns when the server has no history
 * from before it.
 */
public final class Interruptions {
  /** Above the longest pause of an informer, which is a minute. */
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final int KETTLES = 30;

  private final Checks checks;
  private final Settings settings;
  private final KubernetesClient client;
  private final String namespace;
  private final Random random = new Random(1);
  private final KettleReconciler reconciler = new KettleReconciler();

  /** What was acknowledged: the cups of each kettle. */
  private final Map<String, Integer> wanted = new TreeMap<>();

  private final Set<String> deleted = new HashSet<>();
  private int next;

  private Interruptions(
      Checks checks, Settings settings, KubernetesClient client, String namespace) {
    this.checks = checks;
    this.settings = settings;
    this.client = client;
    this.namespace = namespace;
  }

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.parse(args);
    Checks checks = new Checks();
    String namespace = "interruptions-" + System.nanoTime() % 1_000_000_000L;
    Config config =
        new ConfigBuilder(Config.fromKubeconfig(Files.readString(Path.of(settings.kubeconfig()))))
            .withRequestTimeout(10_000)
            .build();
    URI server = URI.create(config.getMasterUrl());
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
        Gate gate = new Gate(server)) {
      client
          .namespaces()
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .create();
      Config through =
          new ConfigBuilder(config).withMasterUrl("https://127.0.0.1:" + gate.port()).build();
      try {
        new Interruptions(checks, settings, client, namespace).run(gate, through);
      } catch (Exception e) {
        checks.that("the course of the test", e.toString());
      } finally {
        client.namespaces().withName(namespace).delete();
      }
    }
    System.exit(checks.end());
  }

  private void run(Gate gate, Config through) throws Exception {
    checks.step("the definition is established", () -> Main.install(client, Definitions.kettles()));
    RheoInformers informers =
        RheoInformers.of(new KubernetesClientBuilder().withConfig(through).build());
    // This is the one line.
    Operator operator = new Operator(o -> o.withKubernetesClient(informers.client()));
    operator.register(reconciler, o -> o.settingNamespace(namespace));
    for (int i = 0; i < KETTLES; i++) {
      create();
    }
    operator.start();
    settle("after the start");

    long before = lists(informers, "configmaps");
    restart();
    settle("after a restart");
    if (!settings.upstream()) {
      checks.that("what is built in is not listed again", lists(informers, "configmaps") == before);
    }

    if (settings.restarts().size() > 1) {
      expire(gate, informers);
    }
    long failed = informers.informers().all().stream().filter(i -> !i.health().synced()).count();
    checks.that("all are well", failed == 0);
    operator.stop();
    checks.that("its end closes the informers", informers.informers().all().isEmpty());
  }

  private void expire(Gate gate, RheoInformers informers) throws Exception {
    // After a restart Rheo has history of what is built in, and none of custom resources.
    String expired = settings.upstream() ? "" : "kettles";
    long before = lists(informers, expired);
    gate.shut();
    for (int i = 0; i < 60; i++) {
      change();
    }
    // This may take minutes.
    checks.that("the history is gone", shell(settings.restarts().get(1)));
    gate.open();
    settle("after a 410");
    long listed = lists(informers, expired) - before;
    checks.that("what has expired is listed again", listed >= (expired.isEmpty() ? 2 : 1));
  }

  private static long lists(RheoInformers informers, String plural) {
    long lists = 0;
    for (Informer<?> informer : informers.informers().all()) {
      if (informer.resource().path().endsWith(plural)) {
        lists += informer.counters().watchLists() + informer.counters().lists();
      }
    }
    return lists;
  }

  /** Changes come one after the other while the server is restarted. */
  private void restart() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Throwable> thrown = new ArrayList<>();
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (!over.get()) {
                      change();
                      Thread.sleep(20);
                    }
                  } catch (Exception e) {
                    thrown.add(e);
                  }
                });
    Thread.sleep(settings.churn());
    checks.step("the server is restarted", () -> shell(settings.restarts().get(0)));
    Thread.sleep(settings.churn());
    over.set(true);
    writer.join();
    checks.that("all changes were made", thrown.isEmpty() ? "" : thrown.toString());
  }

  private static String shell(String command) throws Exception {
    Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    return process.waitFor() == 0 ? "" : output;
  }

  private void change() throws Exception {
    List<String> names = List.copyOf(wanted.keySet());
    String name = names.get(random.nextInt(names.size()));
    switch (random.nextInt(6)) {
      case 0 -> create();
      case 1 -> {
        if (names.size() > KETTLES / 2) {
          // One that the operator has never seen goes at once.
          AtomicBoolean seen = new AtomicBoolean();
          persist(
              () -> {
                Kettle kettle = kettle(name).get();
                seen.compareAndSet(
                    false, kettle != null && !kettle.getMetadata().getFinalizers().isEmpty());
                return kettle(name).delete();
              });
          wanted.remove(name);
          if (seen.get()) {
            deleted.add(name);
          }
        }
      }
      // The dependent: the operator is to make it right again.
      case 2 -> persist(() -> map(name).delete());
      case 3 ->
          persist(
              () -> {
                ConfigMap map = map(name).get();
                if (map != null) {
                  map.getData().put("cups", "wrong");
                  client.resource(map).update();
                }
                return null;
              });
      default -> {
        int cups = 1 + random.nextInt(9);
        persist(
            () ->
                kettle(name)
                    .edit(
                        k -> {
                          k.getSpec().cups = cups;
                          return k;
                        }));
        wanted.put(name, cups);
      }
    }
  }

  private void create() throws Exception {
    String name = "k" + next++;
    Kettle kettle = new Kettle();
    kettle.getMetadata().setName(name);
    kettle.getMetadata().setNamespace(namespace);
    kettle.setSpec(new Kettle.Spec());
    kettle.getSpec().tea = "green";
    persist(
        () -> {
          try {
            return client.resource(kettle).create();
          } catch (KubernetesClientException e) {
            // A request without an answer may have been carried out.
            return e.getCode() == 409 ? null : fail(e);
          }
        });
    wanted.put(name, 2);
  }

  private static <T> T fail(KubernetesClientException e) {
    throw e;
  }

  /** Tries a write until the server has acknowledged it. */
  private static void persist(Callable<?> write) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      try {
        write.call();
        return;
      } catch (KubernetesClientException e) {
        if (Instant.now().isAfter(end)) {
          throw e;
        }
        Thread.sleep(50);
      }
    }
  }

  private Resource<Kettle> kettle(String name) {
    return client.resources(Kettle.class).inNamespace(namespace).withName(name);
  }

  private Resource<ConfigMap> map(String name) {
    return client.configMaps().inNamespace(namespace).withName(name);
  }

  private void settle(String when) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    String complaint = complaint();
    while (!complaint.isEmpty() && Instant.now().isBefore(end)) {
      Thread.sleep(100);
      complaint = complaint();
    }
    checks.that(
        when + ": each of the " + wanted.size() + " is reconciled, each deleted cleaned up",
        complaint);
  }

  private String complaint() {
    Map<String, String> maps = new TreeMap<>();
    for (ConfigMap map : client.configMaps().inNamespace(namespace).list().getItems()) {
      maps.put(map.getMetadata().getName(), map.getData().get("cups"));
    }
    Map<String, Integer> found = new TreeMap<>();
    for (Kettle kettle : client.resources(Kettle.class).inNamespace(namespace).list().getItems()) {
      String name = kettle.getMetadata().getName();
      Kettle.Status status = kettle.getStatus();
      found.put(name, kettle.getSpec().cups);
      if (status == null
          || !Objects.equals(status.observedGeneration, kettle.getMetadata().getGeneration())
          || !Objects.equals(status.cups, kettle.getSpec().cups)) {
        return name
            + " is "
            + client.getKubernetesSerialization().asJson(kettle)
            + ", its map has "
            + maps.get(name);
      }
      if (!String.valueOf(kettle.getSpec().cups).equals(maps.get(name))) {
        return name + " has the map " + maps.get(name);
      }
    }
    if (!found.equals(wanted)) {
      return "there is " + found + ", not " + wanted;
    }
    return reconciler.cleaned.containsAll(deleted)
        ? ""
        : "of " + deleted + " only " + reconciler.cleaned + " were cleaned up";
  }
}
