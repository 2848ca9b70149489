package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.ServedTypes;
import dev.rheo.server.admission.AdmissionPlugin;
import dev.rheo.server.allocation.ServiceAllocator;
import dev.rheo.server.allocation.ServiceNetwork;
import dev.rheo.server.security.User;
import dev.rheo.server.security.token.TestTokens;
import dev.rheo.server.security.token.TokenIssuer;
import dev.rheo.server.verb.read.Caches;
import dev.rheo.server.verb.review.ReviewsTest;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import dev.rheo.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;

/** A server without the edge, for tests: a store in memory, a real cache, and the writes. */
public final class Cluster implements AutoCloseable {
  public static final User USER = new User("tester", "", List.of(User.AUTHENTICATED));
  public static final Duration EVENT_TTL = Duration.ofHours(1);
  private static final ObjectMapper JSON = new ObjectMapper();

  public final RevisionStore store;
  public final WatchCache cache;
  public final ServiceAllocator allocator;
  public final Writes writes;
  public final LoopbackClient client;
  public final TokenIssuer issuer;
  public final ResourceRegistry registry = BuiltInResources.registry();

  /** The registry in force, to which tests may add. */
  public final ServedTypes served = new ServedTypes(registry);

  /** Whether there is memory for more objects. */
  public boolean mayGrow = true;

  public volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

  public Cluster(Path directory) {
    this(directory, new MemoryRevisionStore(), new Random(1));
  }

  public Cluster(Path directory, RevisionStore store, Random random) {
    this(directory, store, random, ServiceNetwork.defaults(), List.of());
  }

  public Cluster(
      Path directory, RevisionStore store, RandomGenerator random, ServiceNetwork network) {
    this(directory, store, random, network, List.of());
  }

  public Cluster(
      Path directory,
      RevisionStore store,
      RandomGenerator random,
      List<AdmissionPlugin> admission) {
    this(directory, store, random, ServiceNetwork.defaults(), admission);
  }

  private Cluster(
      Path directory,
      RevisionStore store,
      RandomGenerator random,
      ServiceNetwork network,
      List<AdmissionPlugin> admission) {
    this.store = store;
    this.cache = Caches.start(store, directory, registry);
    this.issuer = TestTokens.issuer(directory.resolve("pki"));
    InstantSource clock = () -> now;
    this.allocator = new ServiceAllocator(store, registry, network, random);
    this.writes =
        new Writes(
            store,
            cache,
            served,
            clock,
            random,
            () -> mayGrow,
            EVENT_TTL,
            ReviewsTest.reviews(),
            admission,
            issuer,
            allocator);
    this.client = new LoopbackClient(writes);
    settle();
  }

  /** Waits until the cache has caught up with the store. */
  public void settle() {
    Await.until(
        "the cache has caught up",
        () ->
            cache.awaitRevision(store.currentRevision(), Duration.ofSeconds(10)) && cache.ready());
  }

  public ResourceType type(String resource) {
    int slash = resource.lastIndexOf('/');
    String[] parts = (slash < 0 ? "v1" : resource.substring(0, slash)).split("/");
    String plural = resource.substring(slash + 1);
    return parts.length == 1
        ? served.get().get("", parts[0], plural)
        : served.get().get(parts[0], parts[1], plural);
  }

  /** A path; the resource is {@code "pods"} or {@code "apps/v1/deployments"}. */
  public ObjectPath path(String resource, String namespace, String name) {
    return ObjectPath.of(type(resource), namespace, name);
  }

  public ObjectPath path(String resource, String namespace, String name, String subresource) {
    return new ObjectPath(type(resource), namespace, name, subresource);
  }

  public static RequestBody body(String json) {
    return new RequestBody(
        json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), MediaType.JSON);
  }

  public static RequestBody body(JsonNode json) {
    return new RequestBody(json.toString().getBytes(StandardCharsets.UTF_8), MediaType.JSON);
  }

  public static JsonNode json(WriteResult result) {
    return json(result.body());
  }

  public static JsonNode json(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void namespace(String name) {
    create("namespaces", "", "{'metadata':{'name':'" + name + "'}}");
  }

  public JsonNode create(String resource, String namespace, String json) {
    return json(
        writes.create(path(resource, namespace, ""), body(json), WriteOptions.none(), USER));
  }

  public JsonNode update(String resource, String namespace, String name, JsonNode object) {
    return json(
        writes.update(path(resource, namespace, name), body(object), WriteOptions.none(), USER));
  }

  public WriteResult patch(ObjectPath path, String mediaType, String json) {
    return writes.patch(
        path,
        new RequestBody(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), mediaType),
        WriteOptions.none(),
        USER);
  }

  public JsonNode delete(String resource, String namespace, String name) {
    return json(writes.delete(path(resource, namespace, name), DeleteOptions.none(), USER));
  }

  public JsonNode delete(
      String resource, String namespace, String name, Map<String, String> options) {
    Map<String, List<String>> query = new java.util.HashMap<>();
    options.forEach((k, v) -> query.put(k, List.of(v)));
    return json(writes.delete(path(resource, namespace, name), DeleteOptions.parse(query), USER));
  }

  /** The object in the store, or null. */
  public JsonNode stored(String resource, String namespace, String name) {
    try {
      RevisionStore.KeyValue value = store.get(path(resource, namespace, name).key(), 0);
      return value == null ? null : json(value.value());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  public long revision() {
    try {
      return store.currentRevision();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    cache.close();
    store.close();
  }
}
