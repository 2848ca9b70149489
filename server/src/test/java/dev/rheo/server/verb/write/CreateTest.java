package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.server.verb.review.ReviewsTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CreateTest {
  @TempDir Path spool;
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(spool);
    cluster.namespace("ns");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static void refused(int code, String reason, Runnable request) {
    assertThatThrownBy(request::run)
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.reason()).isEqualTo(reason);
            });
  }

  @Test
  void theServerFillsInWhatIsItsOwn() {
    JsonNode made =
        cluster.create(
            "configmaps",
            "ns",
            "{'metadata':{'name':'a','uid':'mine','creationTimestamp':'1999-01-01T00:00:00Z'},"
                + "'data':{'k':'v'}}");
    assertThat(made.path("kind").asText()).isEqualTo("ConfigMap");
    assertThat(made.path("apiVersion").asText()).isEqualTo("v1");
    JsonNode meta = made.path("metadata");
    assertThat(meta.path("namespace").asText()).isEqualTo("ns");
    assertThat(meta.path("creationTimestamp").asText()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(meta.path("uid").asText())
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    assertThat(meta.path("resourceVersion").asText()).isEqualTo(Long.toString(cluster.revision()));
    assertThat(cluster.stored("configmaps", "ns", "a").path("data").path("k").asText())
        .isEqualTo("v");
  }

  @Test
  void whatExistsIsNotOverwritten() {
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    long before = cluster.revision();
    assertThatThrownBy(() -> cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(409))
        .hasMessage("configmaps \"a\" already exists");
    assertThat(cluster.revision()).isEqualTo(before);
  }

  @Test
  void whatIsWrongIsToldBeforeThatTheNameIsTaken() {
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    refused(
        422,
        "Invalid",
        () -> cluster.create("configmaps", "ns", "{'metadata':{'name':'a'},'data':{'b c':''}}"));
  }

  @Test
  void aRefusalWarnsOfTheBodyAndOfWhatTheRulesFindValid() {
    String pod =
        "{'metadata':{'name':'%s'},'spec':{'nodeSelector':{'beta.kubernetes.io/os':'linux'},"
            + "'containers':[{'name':'c','image':'i','imagee':'j'}]}}";
    String unknown = "unknown field \"spec.containers[0].imagee\"";
    cluster.create("pods", "ns", pod.formatted("p"));
    assertThatThrownBy(() -> cluster.create("pods", "ns", pod.formatted("p")))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.reason()).isEqualTo("AlreadyExists");
              assertThat(e.warnings()).hasSize(2).contains(unknown);
            });
    assertThatThrownBy(() -> cluster.create("pods", "ns", pod.formatted("P_")))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.reason()).isEqualTo("Invalid");
              assertThat(e.warnings()).containsExactly(unknown);
            });
  }

  @Test
  void anObjectThatIsBeingDeletedStillTakesItsName() {
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a','finalizers':['x.io/f']}}");
    cluster.delete("configmaps", "ns", "a");
    assertThatThrownBy(() -> cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}"))
        .hasMessage("object is being deleted: configmaps \"a\" already exists");
  }

  @Test
  void generatedNames() {
    JsonNode made = cluster.create("configmaps", "ns", "{'metadata':{'generateName':'web-'}}");
    assertThat(made.path("metadata").path("name").asText())
        .matches("web-[bcdfghjklmnpqrstvwxz2456789]{5}");
    assertThat(made.path("metadata").path("generateName").asText()).isEqualTo("web-");
  }

  @Test
  void aPrefixThatMakesNoNameIsRefusedByItsOwnField() {
    assertThatThrownBy(
            () -> cluster.create("configmaps", "ns", "{'metadata':{'generateName':'Bad_'}}"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e ->
                assertThat(e.status().details().causes().stream().map(c -> c.field()))
                    .containsExactly("metadata.generateName", "metadata.name"));
  }

  @Test
  void aGeneratedNameThatIsTakenIsTriedAgainEightTimesInAll() {
    class Repeating extends Random {
      int calls;
      int different;

      @Override
      public int nextInt(int bound) {
        return calls++ / 5 < different ? 0 : 1;
      }
    }
    Repeating random = new Repeating();
    Writes writes =
        new Writes(
            cluster.store,
            cluster.cache,
            () -> cluster.registry,
            () -> cluster.now,
            random,
            () -> true,
            Duration.ZERO,
            ReviewsTest.reviews(),
            List.of(),
            cluster.issuer,
            cluster.allocator);
    var path = cluster.path("configmaps", "ns", "");
    var body = Cluster.body("{'metadata':{'generateName':'a-'}}");
    random.different = 100;
    writes.create(path, body, WriteOptions.none(), Cluster.USER);

    random.calls = 0;
    random.different = 7;
    WriteResult eighth = writes.create(path, body, WriteOptions.none(), Cluster.USER);
    assertThat(Cluster.json(eighth).path("metadata").path("name").asText()).isEqualTo("a-ccccc");

    random.calls = 0;
    random.different = 100;
    assertThatThrownBy(() -> writes.create(path, body, WriteOptions.none(), Cluster.USER))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(409);
              assertThat(e.status().message()).contains("was not able to generate a unique name");
              assertThat(e.status().retryAfterSeconds()).isEqualTo(1);
            });
    assertThat(random.calls).isEqualTo(40);
  }

  @Test
  void namespaceAndVersionMustAgreeWithThePath() {
    assertThatThrownBy(
            () ->
                cluster.create("configmaps", "ns", "{'metadata':{'name':'a','namespace':'other'}}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessage(
            "the namespace of the provided object does not match the namespace sent on the"
                + " request");
    refused(
        400,
        "BadRequest",
        () -> cluster.create("configmaps", "ns", "{'kind':'Secret','metadata':{'name':'a'}}"));
    assertThatThrownBy(
            () ->
                cluster.create(
                    "apps/v1/deployments",
                    "ns",
                    "{'kind':'Deployment','apiVersion':'apps/v1beta1','metadata':{'name':'a'}}"))
        .hasMessage(
            "the API version in the data (apps/v1beta1) does not match the expected API version"
                + " (apps/v1)");
    refused(
        400,
        "BadRequest",
        () ->
            cluster.create("configmaps", "ns", "{'metadata':{'name':'a','resourceVersion':'7'}}"));
  }

  @Test
  void badNamesAreInvalid() {
    refused(422, "Invalid", () -> cluster.create("configmaps", "ns", "{'metadata':{}}"));
    refused(
        422, "Invalid", () -> cluster.create("configmaps", "ns", "{'metadata':{'name':'A_b'}}"));
    refused(
        422, "Invalid", () -> cluster.create("configmaps", "ns", "{'metadata':{'name':'a/b'}}"));
    refused(422, "Invalid", () -> cluster.create("configmaps", "ns", "{'metadata':{'name':'..'}}"));
  }

  @Test
  void bodiesThatAreNone() {
    refused(400, "BadRequest", () -> cluster.create("configmaps", "ns", "{"));
    refused(400, "BadRequest", () -> cluster.create("configmaps", "ns", "[]"));
    refused(400, "BadRequest", () -> cluster.create("configmaps", "ns", ""));
    refused(400, "BadRequest", () -> cluster.create("configmaps", "ns", "{'metadata':{'name':7}}"));
  }

  @Test
  void aMissingNamespace() {
    assertThatThrownBy(() -> cluster.create("configmaps", "no", "{'metadata':{'name':'a'}}"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(404))
        .hasMessage("namespaces \"no\" not found");
  }

  @Test
  void aTerminatingNamespace() {
    cluster.delete("namespaces", "", "ns");
    assertThatThrownBy(() -> cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}"))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(403);
              assertThat(e.status().details().causes())
                  .singleElement()
                  .satisfies(c -> assertThat(c.reason()).isEqualTo("NamespaceTerminating"));
            })
        .hasMessage(
            "configmaps \"a\" is forbidden: unable to create new content in namespace ns because it"
                + " is being terminated");
  }

  @Test
  void aNamespaceThatIsRememberedAndIsGone() {
    for (int i = 0; i < 3; i++) {
      cluster.create("configmaps", "ns", "{'metadata':{'name':'a" + i + "'}}");
    }
    // The cache may or may not know of the deletion.
    cluster.delete("namespaces", "", "ns");
    refused(
        403, "Forbidden", () -> cluster.create("configmaps", "ns", "{'metadata':{'name':'b'}}"));
    cluster.settle();
    refused(
        403, "Forbidden", () -> cluster.create("configmaps", "ns", "{'metadata':{'name':'b'}}"));
  }

  @Test
  void anObjectThatTheCacheDoesNotKnowYet() {
    for (int i = 0; i < 20; i++) {
      String object = "{'metadata':{'name':'n" + i + "'}}";
      cluster.create("configmaps", "ns", object);
      refused(409, "AlreadyExists", () -> cluster.create("configmaps", "ns", object));
    }
  }

  @Test
  void noMoreObjectsThanThereIsMemoryFor() {
    JsonNode present = cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    cluster.mayGrow = false;
    cluster.writes.create(
        cluster.path("configmaps", "ns", ""),
        Cluster.body("{'metadata':{'name':'b'}}"),
        new WriteOptions(true, "", FieldValidation.WARN, null),
        Cluster.USER);
    refused(
        429,
        "TooManyRequests",
        () -> cluster.create("configmaps", "ns", "{'metadata':{'name':'b'}}"));
    ((ObjectNode) present).putObject("data").put("k", "v");
    cluster.update("configmaps", "ns", "a", present);
    cluster.delete("configmaps", "ns", "a");
    cluster.mayGrow = true;
    cluster.create("configmaps", "ns", "{'metadata':{'name':'b'}}");
  }

  @Test
  void unknownAndDuplicateFields() {
    var path = cluster.path("configmaps", "ns", "");
    String json = "{'metadata':{'name':'%s'},'data':{'a':'1'},'data':{'b':'2'},'nope':1}";
    WriteResult warned =
        cluster.writes.create(
            path, Cluster.body(json.formatted("a")), WriteOptions.none(), Cluster.USER);
    assertThat(warned.warnings())
        .containsExactlyInAnyOrder("unknown field \"nope\"", "duplicate field \"data\"");
    assertThat(Cluster.json(warned).has("nope")).isFalse();

    WriteResult ignored =
        cluster.writes.create(
            path,
            Cluster.body(json.formatted("b")),
            new WriteOptions(false, "", FieldValidation.IGNORE, null),
            Cluster.USER);
    assertThat(ignored.warnings()).isEmpty();

    assertThatThrownBy(
            () ->
                cluster.writes.create(
                    path,
                    Cluster.body(json.formatted("c")),
                    new WriteOptions(false, "", FieldValidation.STRICT, null),
                    Cluster.USER))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
        .hasMessageStartingWith(
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: ")
        .hasMessageContaining("unknown field \"nope\"");
    assertThat(cluster.stored("configmaps", "ns", "c")).isNull();
  }

  @Test
  void dryRunStoresNothing() {
    long before = cluster.revision();
    WriteOptions dry = new WriteOptions(true, "", FieldValidation.WARN, null);
    WriteResult result =
        cluster.writes.create(
            cluster.path("configmaps", "ns", ""),
            Cluster.body("{'metadata':{'name':'a'}}"),
            dry,
            Cluster.USER);
    assertThat(result.code()).isEqualTo(201);
    assertThat(Cluster.json(result).path("metadata").path("uid").asText()).isNotEmpty();
    assertThat(Cluster.json(result).path("metadata").has("resourceVersion")).isFalse();
    assertThat(cluster.revision()).isEqualTo(before);
    cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
    refused(
        409,
        "AlreadyExists",
        () ->
            cluster.writes.create(
                cluster.path("configmaps", "ns", ""),
                Cluster.body("{'metadata':{'name':'a'}}"),
                dry,
                Cluster.USER));
  }

  @Test
  void yaml() {
    WriteResult result =
        cluster.writes.create(
            cluster.path("configmaps", "ns", ""),
            new RequestBody(
                "kind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: |\n    two\n    lines\n"
                    .getBytes(StandardCharsets.UTF_8),
                MediaType.YAML),
            WriteOptions.none(),
            Cluster.USER);
    assertThat(Cluster.json(result).path("data").path("k").asText()).isEqualTo("two\nlines\n");
    refused(
        400,
        "BadRequest",
        () ->
            cluster.writes.create(
                cluster.path("configmaps", "ns", ""),
                new RequestBody("a: [".getBytes(StandardCharsets.UTF_8), MediaType.YAML),
                WriteOptions.none(),
                Cluster.USER));
  }

  @Test
  void whatIsTooLargeForTheStoreIsRefused() {
    String revision = "{'metadata':{'name':'%s'},'revision':1,'data':{'x':'%s'}}";
    cluster.create(
        "apps/v1/controllerrevisions",
        "ns",
        revision.formatted("a", "x".repeat(Committer.MAX_STORED_BYTES - 1000)));
    refused(
        413,
        "RequestEntityTooLarge",
        () ->
            cluster.create(
                "apps/v1/controllerrevisions",
                "ns",
                revision.formatted("b", "x".repeat(Committer.MAX_STORED_BYTES))));
  }

  @Test
  void duplicateOwnersAreWarnedOf() {
    String owner = "{'apiVersion':'v1','kind':'Pod','name':'p','uid':'u'}";
    WriteResult result =
        cluster.writes.create(
            cluster.path("configmaps", "ns", ""),
            Cluster.body(
                "{'metadata':{'name':'a','ownerReferences':[" + owner + "," + owner + "]}}"),
            WriteOptions.none(),
            Cluster.USER);
    assertThat(result.warnings())
        .singleElement()
        .asString()
        .contains("duplicate UID(s) observed: u");
    assertThat(Cluster.json(result).path("metadata").path("ownerReferences")).hasSize(1);
  }

  @Test
  void pathsWithoutTheVerb() {
    refused(
        405,
        "MethodNotAllowed",
        () ->
            cluster.writes.create(
                cluster.path("componentstatuses", "", ""),
                Cluster.body("{}"),
                WriteOptions.none(),
                Cluster.USER));
    refused(
        404,
        "NotFound",
        () ->
            cluster.writes.create(
                cluster.path("pods", "ns", "a", "nonsense"),
                Cluster.body("{}"),
                WriteOptions.none(),
                Cluster.USER));
    refused(
        405,
        "MethodNotAllowed",
        () ->
            cluster.writes.create(
                cluster.path("pods", "ns", "a", "exec"),
                Cluster.body("{}"),
                WriteOptions.none(),
                Cluster.USER));
  }

  @Test
  void quantitiesOfAnyExponentAreAdded() {
    cluster.create(
        "pods",
        "ns",
        "{'metadata':{'name':'p'},'spec':{'containers':["
            + "{'name':'a','image':'i','resources':{'requests':{'cpu':'1e600000000'}}},"
            + "{'name':'b','image':'i','resources':{'requests':{'cpu':'1'}}}]}}");
    assertThat(cluster.stored("pods", "ns", "p").path("status").path("qosClass").asText())
        .isEqualTo("Burstable");
  }

  @Test
  void selectorsThatNobodyCanFollow() {
    for (String expression :
        List.of(
            "{'key':'k','operator':'Like'}",
            "{'key':'k','operator':'In'}",
            "{'key':'k','operator':'Exists','values':['v']}",
            "{'key':'','operator':'Exists'}")) {
      refused(
          422,
          "Invalid",
          () ->
              cluster.create(
                  "policy/v1/poddisruptionbudgets",
                  "ns",
                  "{'metadata':{'name':'b'},'spec':{'selector':{'matchExpressions':["
                      + expression
                      + "]}}}"));
    }
  }
}
