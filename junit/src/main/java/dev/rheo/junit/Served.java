package dev.rheo.junit;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a server serves, as discovery tells. Not thread-safe. */
final class Served {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN = Duration.ofMillis(2);
  private static final String DEFINITIONS =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

  private final DirectClient client;
  private final Map<String, JsonNode> lists = new HashMap<>();

  Served(DirectClient client) {
    this.client = client;
  }

  record Resource(String plural, boolean namespaced) {}

  /** The path of a group's version. */
  static String root(String apiVersion) {
    return (apiVersion.indexOf('/') < 0 ? "/api/" : "/apis/") + apiVersion;
  }

  /**
   * The resource of a kind.
   *
   * @param refusal makes the exception that says why there is none
   */
  Resource find(String apiVersion, String kind, Function<String, IllegalArgumentException> refusal)
      throws InterruptedException {
    JsonNode list = lists.get(apiVersion);
    if (list == null) {
      DirectClient.Answer answer = client.get(root(apiVersion));
      if (!answer.isOk()) {
        throw refusal.apply(
            "the server does not serve %s; apply its definition first".formatted(apiVersion));
      }
      list = answer.body();
      lists.put(apiVersion, list);
    }
    Resource resource = in(list, kind);
    if (resource == null) {
      throw refusal.apply("%s has no kind %s".formatted(apiVersion, kind));
    }
    return resource;
  }

  private static @Nullable Resource in(JsonNode list, String kind) {
    for (JsonNode each : list.path("resources")) {
      String name = each.path("name").asText();
      if (each.path("kind").asText().equals(kind) && name.indexOf('/') < 0) {
        return new Resource(name, each.path("namespaced").asBoolean());
      }
    }
    return null;
  }

  /**
   * Waits until a definition is Established and its resources are served.
   *
   * @param refusal makes the exception that says why they are not
   */
  void awaitEstablished(JsonNode definition, Function<String, IllegalArgumentException> refusal)
      throws InterruptedException {
    String name = definition.path("metadata").path("name").asText();
    long until = System.nanoTime() + PATIENCE.toNanos();
    JsonNode conditions;
    do {
      conditions = client.get(DEFINITIONS + name).body().path("status").path("conditions");
      if (isTrue(conditions, "Established") && isListed(definition)) {
        return;
      }
      JsonNode names = condition(conditions, "NamesAccepted");
      if (names.path("status").asText().equals("False")) {
        throw refusal.apply(names.path("message").asText());
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    } while (System.nanoTime() - until < 0);
    throw refusal.apply(
        "it is not Established after %d s: %s".formatted(PATIENCE.toSeconds(), conditions));
  }

  private boolean isListed(JsonNode definition) throws InterruptedException {
    JsonNode spec = definition.path("spec");
    for (JsonNode version : spec.path("versions")) {
      if (version.path("served").asBoolean()) {
        DirectClient.Answer list =
            client.get(root(spec.path("group").asText() + "/" + version.path("name").asText()));
        if (!list.isOk() || in(list.body(), spec.path("names").path("kind").asText()) == null) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isTrue(JsonNode conditions, String type) {
    return condition(conditions, type).path("status").asText().equals("True");
  }

  private static JsonNode condition(JsonNode conditions, String type) {
    for (JsonNode each : conditions) {
      if (each.path("type").asText().equals(type)) {
        return each;
      }
    }
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }
}
