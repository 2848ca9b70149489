package dev.rheo.server.controller.apiservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.resource.type.GroupVersionPriority;
import dev.rheo.resource.type.GroupVersionPriority.GroupVersion;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.testing.Await;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The expectations are what kube-apiserver 1.36.3 did. */
@Timeout(60)
class LocalApiServicesTest {
  private static final String SERVICES = "apiregistration.k8s.io/v1/apiservices";
  private static final String DEFINITIONS = "apiextensions.k8s.io/v1/customresourcedefinitions";
  private static final String LABEL = "kube-aggregator.kubernetes.io/automanaged";
  private static final GroupVersion LAMPS = new GroupVersion("example.com", "v1");
  private static final String LAMP = "v1.example.com";

  @TempDir Path spool;

  private Cluster cluster;
  private LocalApiServices services;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    services = started();
  }

  @AfterEach
  void stop() throws InterruptedException {
    services.close();
    cluster.close();
  }

  private LocalApiServices started() {
    LocalApiServices keeper =
        new LocalApiServices(cluster.client, cluster.cache, cluster.served, () -> true);
    keeper.start();
    Await.until("all are there", keeper::isReady);
    return keeper;
  }

  private boolean exists(String name) {
    return cluster.client.get(cluster.path(SERVICES, "", name)) != null;
  }

  private JsonNode stored(String name) {
    return cluster.stored(SERVICES, "", name);
  }

  private Set<String> names() {
    cluster.settle();
    Set<String> names = new HashSet<>();
    EntryCursor cursor =
        cluster.cache.resource("apiservices.apiregistration.k8s.io").snapshot().entries("", null);
    for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
      names.add(entry.name());
    }
    return names;
  }

  private void create(String name, String label, int priority) {
    String group = name.substring(name.indexOf('.') + 1);
    cluster.create(
        SERVICES,
        "",
        """
        {'metadata':{'name':'%s','labels':{'%s':'%s'}},'spec':{'group':'%s','version':'v1',
        'groupPriorityMinimum':%d,'versionPriority':10}}"""
            .formatted(name, LABEL, label, group, priority));
  }

  private void patch(String name, String json) {
    cluster.patch(cluster.path(SERVICES, "", name), MediaType.MERGE_PATCH, json);
  }

  private int priority(String name) {
    return stored(name).at("/spec/groupPriorityMinimum").asInt();
  }

  /** Waits until all that was written before has been looked at. */
  private void awaitLooked(String marker) {
    services.defines("marker." + marker, Set.of(new GroupVersion(marker + ".com", "v1")));
    Await.until("looked", () -> exists("v1." + marker + ".com"));
    create("v1." + marker + ".org", "true", 1);
    Await.until("looked again", () -> !exists("v1." + marker + ".org"));
  }

  @Test
  void thereIsOneForEachBuiltInVersion() {
    Set<String> expected = new HashSet<>();
    GroupVersionPriority.builtIn().keySet().forEach(each -> expected.add(each.apiService()));
    assertThat(names()).isEqualTo(expected).hasSize(21);
    JsonNode apps = stored("v1.apps");
    assertThat(apps.at("/metadata/labels").path(LABEL).asText()).isEqualTo("onstart");
    assertThat(apps.at("/spec").toString())
        .isEqualTo(
            "{\"group\":\"apps\",\"version\":\"v1\",\"groupPriorityMinimum\":17800,\"versionPriority\":15}");
    assertThat(apps.at("/status/conditions/0/reason").asText()).isEqualTo("Local");
    assertThat(stored("v1.").path("spec").has("group")).isFalse();
  }

  @Test
  void aBuiltInOneIsKeptAtTheStartOnly() throws InterruptedException {
    cluster.delete(SERVICES, "", "v1.apps");
    patch("v1.batch", "{'spec':{'groupPriorityMinimum':19000}}");
    awaitLooked("one");
    assertThat(exists("v1.apps")).isFalse();
    assertThat(priority("v1.batch")).isEqualTo(19_000);
    services.close();
    services = started();
    assertThat(exists("v1.apps")).isTrue();
    Await.until("corrected", () -> priority("v1.batch") == 17_400);
  }

  @Test
  void oneOfADefinitionIsKeptAsLongAsTheDefinitionServesIt() {
    services.defines("lamps.example.com", Set.of(LAMPS));
    services.defines("tubes.example.com", Set.of(LAMPS));
    Await.until("made", () -> exists(LAMP));
    assertThat(stored(LAMP).at("/metadata/labels").path(LABEL).asText()).isEqualTo("true");
    assertThat(priority(LAMP)).isEqualTo(1000);
    patch(LAMP, "{'spec':{'groupPriorityMinimum':19}}");
    Await.until("corrected", () -> priority(LAMP) == 1000);
    cluster.delete(SERVICES, "", LAMP);
    Await.until("made again", () -> exists(LAMP));
    services.defines("lamps.example.com", Set.of());
    awaitLooked("two");
    assertThat(exists(LAMP)).isTrue();
    services.defines("tubes.example.com", Set.of(new GroupVersion("example.com", "v2")));
    Await.until("removed", () -> !exists(LAMP) && exists("v2.example.com"));
  }

  @Test
  void aServiceInOneOfADefinitionIsTakenOut() {
    services.defines("lamps.example.com", Set.of(LAMPS));
    Await.until("made", () -> exists(LAMP));
    patch(
        LAMP,
        "{'spec':{'insecureSkipTLSVerify':true,'service':{'namespace':'a','name':'b','port':443}}}");
    Await.until("corrected", () -> !stored(LAMP).at("/spec").has("service"));
    assertThat(stored(LAMP).at("/spec").has("insecureSkipTLSVerify")).isFalse();
  }

  @Test
  void oneWithoutTheLabelIsLeftAlone() {
    services.defines("lamps.example.com", Set.of(LAMPS));
    Await.until("made", () -> exists(LAMP));
    patch(LAMP, "{'metadata':{'labels':{'" + LABEL + "':null}}}");
    patch(LAMP, "{'spec':{'groupPriorityMinimum':19}}");
    create("v1.other.example.com", "onstart", 7);
    awaitLooked("three");
    assertThat(priority(LAMP)).isEqualTo(19);
    assertThat(exists("v1.other.example.com")).isTrue();
  }

  @Test
  void oneThatWasThereAtTheStartAndThatNobodyWantsIsRemoved() throws InterruptedException {
    create("v1.other.example.com", "onstart", 7);
    awaitLooked("four");
    assertThat(exists("v1.other.example.com")).isTrue();
    services.close();
    services = started();
    Await.until("removed", () -> !exists("v1.other.example.com"));
  }

  @Test
  void oneOfADefinitionThatIsNotKnownHereYetIsNotRemoved() {
    cluster.create(
        DEFINITIONS,
        "",
        """
        {'metadata':{'name':'lamps.example.com'},'spec':{'group':'example.com','scope':'Cluster',
        'names':{'plural':'lamps','kind':'Lamp'},'versions':[{'name':'v1','served':true,
        'storage':true,'schema':{'openAPIV3Schema':{'type':'object'}}}]}}""");
    create(LAMP, "true", 1000);
    ObjectNode before = cluster.client.get(cluster.path(SERVICES, "", LAMP));
    awaitLooked("five");
    assertThat(stored(LAMP).at("/metadata/uid")).isEqualTo(before.at("/metadata/uid"));
  }
}
