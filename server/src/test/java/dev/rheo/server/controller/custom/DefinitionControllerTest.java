package dev.rheo.server.controller.custom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.typechange.TypeChanges;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.server.verb.write.ObjectPath;
import dev.rheo.testing.Await;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DefinitionControllerTest {
  private static final String DEFINITIONS = "apiextensions.k8s.io/v1/customresourcedefinitions";
  private static final String NAME = "lamps.example.com";
  private static final String LAMPS = "example.com/v1/lamps";
  private static final String LAMP = "{'apiVersion':'example.com/v1','kind':'Lamp',";

  @TempDir Path spool;

  private Cluster cluster;
  private DefinitionController controller;
  private TypeChanges changes;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
    controller = controller();
  }

  @AfterEach
  void stop() throws InterruptedException {
    controller.close();
    cluster.close();
  }

  private DefinitionController controller() {
    Encodings encodings = new Encodings(Clock.systemUTC(), FeatureGates.defaults(), cluster.served);
    changes =
        new TypeChanges(
            cluster.served,
            cluster.cache,
            encodings,
            new RequestMetrics(new PrometheusRegistry(), cluster.served));
    DefinitionController started =
        new DefinitionController(
            cluster.client,
            cluster.cache,
            cluster.served,
            changes,
            _ -> null,
            (_, _) -> {},
            () -> cluster.now);
    started.start();
    return started;
  }

  private static String definition(String plural, String kind, String versions) {
    return """
        {'metadata':{'name':'%s.example.com'},'spec':{'group':'example.com','scope':'Namespaced',
        'names':{'plural':'%s','kind':'%s'},'versions':[%s]}}"""
        .formatted(plural, plural, kind, versions);
  }

  private static String version(String name, boolean storage, String spec) {
    return """
        {'name':'%s','served':true,'storage':%s,'subresources':{'status':{}},'schema':{'openAPIV3Schema':
        {'type':'object','properties':{'spec':{'type':'object','properties':{%s}},
        'status':{'type':'object','properties':{'lit':{'type':'boolean'}}}}}}}"""
        .formatted(name, storage, spec);
  }

  private static final String WATTS = "'watts':{'type':'integer','minimum':1}";

  private void define(String definition) {
    cluster.create(DEFINITIONS, "", definition);
  }

  private @Nullable ResourceType served(String version, String plural) {
    return cluster.served.get().find("example.com", version, plural);
  }

  private void awaitServed(String version, String plural) {
    Await.until(plural + " is served", () -> served(version, plural) != null);
  }

  private void awaitEstablished(String name) {
    Await.until(
        name + " is established",
        () -> condition(name, "Established").path("status").asText().equals("True"));
  }

  private JsonNode condition(String name, String type) {
    JsonNode definition = cluster.stored(DEFINITIONS, "", name);
    for (JsonNode condition : definition.path("status").path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return definition.path("none");
  }

  @Test
  void aDefinitionIsEstablishedAndItsResourceServed() {
    define(definition("lamps", "Lamp", version("v1", true, WATTS)));
    awaitEstablished(NAME);
    assertThat(served("v1", "lamps")).isNotNull();

    JsonNode lamp =
        cluster.create(LAMPS, "ns", LAMP + "'metadata':{'name':'a'},'spec':{'watts':3,'color':1}}");
    assertThat(lamp.path("spec").toString()).isEqualTo("{\"watts\":3}");
    assertThat(lamp.path("metadata").path("generation").asInt()).isEqualTo(1);
    assertThatThrownBy(
            () -> cluster.create(LAMPS, "ns", LAMP + "'metadata':{'name':'b'},'spec':{'watts':0}}"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(422);
              assertThat(e.status().message()).contains("spec.watts in body should be");
            });
  }

  @Test
  void aScaleWithoutAVersionIsWrittenToTheObjectAsItIs() {
    define(
        definition("lamps", "Lamp", version("v1", true, WATTS))
            .replace(
                "{'status':{}}",
                "{'status':{},'scale':{'specReplicasPath':'.spec.watts','statusReplicasPath':'.status.used'}}"));
    awaitServed("v1", "lamps");
    cluster.create(LAMPS, "ns", LAMP + "'metadata':{'name':'a'},'spec':{'watts':3}}");
    ObjectPath scale = cluster.path(LAMPS, "ns", "a", "scale");
    String body =
        """
        {'kind':'Scale','apiVersion':'autoscaling/v1','metadata':{'name':'a','resourceVersion':'%s'},
        'spec':{'replicas':5}}""";
    cluster.writes.update(
        scale, Cluster.body(body.formatted("")), WriteOptions.none(), Cluster.USER);
    assertThat(cluster.stored(LAMPS, "ns", "a").path("spec").path("watts").asInt()).isEqualTo(5);
    assertThatThrownBy(
            () ->
                cluster.writes.update(
                    scale, Cluster.body(body.formatted("1")), WriteOptions.none(), Cluster.USER))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(409));
  }

  @Test
  void whatAnotherDefinitionHasIsNotAccepted() {
    define(definition("lamps", "Lamp", version("v1", true, WATTS)));
    awaitServed("v1", "lamps");
    define(definition("lights", "Lamp", version("v1", true, WATTS)));
    Await.until(
        "the kinds of object and list are refused",
        () ->
            condition("lights.example.com", "NamesAccepted")
                .path("reason")
                .asText()
                .equals("ListKindConflict"));
    assertThat(served("v1", "lights")).isNull();

    cluster.delete(DEFINITIONS, "", NAME);
    awaitServed("v1", "lights");
    assertThat(served("v1", "lamps")).isNull();
  }

  @Test
  void anObjectIsReadByTheSchemaThatItsDefinitionHasNow() {
    define(definition("lamps", "Lamp", version("v1", true, WATTS)));
    awaitServed("v1", "lamps");
    cluster.create(LAMPS, "ns", LAMP + "'metadata':{'name':'a'},'spec':{'watts':3}}");
    ResourceType first = served("v1", "lamps");

    var unused =
        cluster.patch(
            cluster.path(DEFINITIONS, "", NAME),
            MediaType.JSON_PATCH,
            """
            [{'op':'replace',
            'path':'/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties',
            'value':{'color':{'type':'string','default':'white'}}}]""");
    Await.until("the other schema is served", () -> served("v1", "lamps") != first);

    byte[] stored = cluster.stored(LAMPS, "ns", "a").toString().getBytes();
    assertThat(new String(served("v1", "lamps").convert(stored)))
        .contains("\"spec\":{\"color\":\"white\"}");
  }

  @Test
  void theDeletionOfADefinitionDeletesItsObjectsFirst() {
    define(definition("lamps", "Lamp", version("v1", true, WATTS)));
    awaitServed("v1", "lamps");
    cluster.create(LAMPS, "ns", LAMP + "'metadata':{'name':'a','finalizers':['x.y/z']}}");
    cluster.create(LAMPS, "ns", LAMP + "'metadata':{'name':'b'}}");
    cluster.delete(DEFINITIONS, "", NAME);
    Await.until("b is deleted", () -> cluster.stored(LAMPS, "ns", "b") == null);
    assertThat(condition(NAME, "Terminating").path("status").asText()).isEqualTo("True");
    Await.until("creates are refused", () -> served("v1", "lamps").customObjects().terminating());
    assertThatThrownBy(() -> cluster.create(LAMPS, "ns", LAMP + "'metadata':{'name':'c'}}"))
        .hasMessageContaining("create not allowed while custom resource definition is terminating");

    var unused =
        cluster.patch(
            cluster.path(LAMPS, "ns", "a"),
            MediaType.MERGE_PATCH,
            "{'metadata':{'finalizers':null}}");
    Await.until("the definition is gone", () -> cluster.stored(DEFINITIONS, "", NAME) == null);
    Await.until("the resource is gone", () -> served("v1", "lamps") == null);
    // Watches see the last objects go before they end.
    assertThat(cluster.cache.holds(NAME)).isTrue();
    cluster.now = cluster.now.plusSeconds(1);
    Await.until("nothing is cached", () -> !cluster.cache.holds(NAME));
  }

  @Test
  void whatIsStoredIsServedByTheNextController() throws InterruptedException {
    define(definition("lamps", "Lamp", version("v1", true, WATTS)));
    awaitServed("v1", "lamps");
    controller.close();
    changes.remove(served("v1", "lamps"));
    assertThat(served("v1", "lamps")).isNull();

    controller = controller();
    Await.until("it is ready", controller::isReady);
    assertThat(served("v1", "lamps")).isNotNull();
  }

  @Test
  void anObjectThatIsWrittenInOneVersionIsReadInAnother() {
    define(
        definition(
            "lamps",
            "Lamp",
            version("v1", true, WATTS + ",'old':{'type':'string','default':'x'}")
                + ","
                + version("v2", false, WATTS)));
    awaitServed("v2", "lamps");
    JsonNode second =
        cluster.create(
            "example.com/v2/lamps",
            "ns",
            LAMP.replace("v1", "v2") + "'metadata':{'name':'a'},'spec':{'watts':3}}");
    assertThat(second.path("spec").toString()).isEqualTo("{\"watts\":3}");
    assertThat(second.path("apiVersion").asText()).isEqualTo("example.com/v2");
    JsonNode stored = cluster.stored(LAMPS, "ns", "a");
    assertThat(stored.path("apiVersion").asText()).isEqualTo("example.com/v1");
    assertThat(stored.path("spec").toString()).isEqualTo("{\"old\":\"x\",\"watts\":3}");
  }
}
