package dev.rheo.server.controller.custom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.custom.CustomDefinition;
import dev.rheo.resource.custom.CustomTypes;
import dev.rheo.resource.custom.DefinitionConditions;
import dev.rheo.resource.custom.DefinitionStatus;
import dev.rheo.resource.custom.ObjectConverter;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.follow.Follower;
import dev.rheo.server.typechange.TypeChanges;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the CustomResourceDefinitions: gives them their status, serves the resources that they
 * define, and deletes the objects of those that are deleted. One thread does all of it, but for the
 * deletion of objects, so the names of definitions are compared without races.
 *
 * <pre>
 *   written ──▶ names accepted, Established ──▶ served
 *   deleted ──▶ Terminating ──▶ objects deleted ──▶ finalizer removed ──▶ no longer served
 * </pre>
 */
public final class DefinitionController implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DefinitionController.class.getName());

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /**
   * How long watches of a resource that is gone go on, as upstream: they see the last objects go,
   * and their clients that the definition is gone before they ask for its objects in vain. Lists of
   * types that others replace are completed meanwhile.
   */
  private static final Duration LINGERING = Duration.ofSeconds(1);

  /** How often a definition that others write at the same time is looked at again at once. */
  private static final int ATTEMPTS = 10;

  /** Definitions whose objects would be stored where those of a built-in resource are. */
  private static final Set<String> BUILT_IN =
      Set.of(
          "apiservices.apiregistration.k8s.io", "customresourcedefinitions.apiextensions.k8s.io");

  /** How long a new resource may take to be cached. */
  private static final Duration CACHING = Duration.ofSeconds(30);

  private final LoopbackClient client;
  private final WatchCache cache;
  private final TypeChanges changes;
  private final InstantSource clock;
  private final ResourceType definitions;
  private final Instances instances;
  private final Function<CustomDefinition, @Nullable ObjectConverter> converters;
  private final VersionListener versions;

  /** The definitions that are known, by name. Used by the thread only, but for its size. */
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /** Those that could not be brought up to date, to be looked at again. Used by the thread only. */
  private final Set<String> failed = new HashSet<>();

  /** Types that are served no longer, until they are forgotten. Used by the thread only. */
  private final List<Leaving> leaving = new ArrayList<>();

  private final Map<String, Thread> deletions = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch served = new CountDownLatch(1);
  private final Follower follower;

  /**
   * What is no longer served, and when its watches and lists end.
   *
   * @param name of the definition
   * @param gone whether it has no types any more; else others are in their place
   */
  private record Leaving(String name, boolean gone, List<ResourceType> types, Instant until) {}

  /**
   * What is known of a definition.
   *
   * @param names what concerns the names of others: a definition without its schemas
   * @param definition as it was served last, with the parts that decide on it
   */
  private record Known(ObjectNode names, Served definition, List<ResourceType> types) {}

  /** What makes other types of a definition if it changes. */
  private record Served(
      String uid, long generation, CustomDefinition.Names names, boolean usable, boolean ending) {
    static final Served NOTHING =
        new Served(
            "", 0, new CustomDefinition.Names("", "", "", "", List.of(), List.of()), false, false);

    static Served of(CustomDefinition definition) {
      return new Served(
          definition.uid(),
          definition.generation(),
          definition.names(),
          definition.isUsable(),
          definition.terminating());
    }
  }

  /**
   * @param served the registry in force
   * @param converters of objects between the versions of a definition
   * @param versions told of the versions of each definition
   */
  public DefinitionController(
      LoopbackClient client,
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      TypeChanges changes,
      Function<CustomDefinition, @Nullable ObjectConverter> converters,
      VersionListener versions,
      InstantSource clock) {
    this.client = client;
    this.cache = cache;
    this.changes = changes;
    this.converters = converters;
    this.versions = versions;
    this.clock = clock;
    this.definitions = served.get().get("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    this.instances = new Instances(client, cache);
    // Not a virtual thread: to cache a resource waits for the disk.
    this.follower = new Follower(cache, definitions, new Watcher(), Thread.ofPlatform().daemon());
  }

  /** Follows the definitions in the background. */
  public void start() {
    follower.start();
  }

  /** Whether the definitions that were stored at the start are served. */
  public boolean isReady() {
    return served.getCount() == 0;
  }

  /** The same, and none is stored that cannot be read. Any thread. */
  public boolean isHealthy() {
    return isReady() && cache.resource(definitions.storage().name()).unreadable() == null;
  }

  /** Whether all definitions that are stored are known now. Any thread. */
  public boolean knowsAll() {
    return isHealthy() && waiting() == 0;
  }

  /** How many definitions are stored and not looked at yet. Any thread. */
  public int waiting() {
    int stored = cache.resource(definitions.storage().name()).snapshot().size();
    return Math.max(0, stored - known.size());
  }

  private final class Watcher implements Follower.Watcher {
    private final Set<String> unseen = new HashSet<>();

    @Override
    public void begin() {
      unseen.addAll(known.keySet());
    }

    @Override
    public void look(Entry entry) {
      unseen.remove(entry.name());
      DefinitionController.this.look(entry.name());
    }

    @Override
    public void listed() {
      List.copyOf(unseen).forEach(DefinitionController.this::look);
      unseen.clear();
      served.countDown();
    }

    @Override
    public Duration rest() {
      return RETRY;
    }

    @Override
    public void rested() {
      forgetThoseLongGone();
      List.copyOf(failed).forEach(DefinitionController.this::look);
    }
  }

  /**
   * Brings all that follows from a definition up to date. One that cannot be is looked at again
   * later: it must not hold up the others.
   */
  private void look(String name) {
    failed.remove(name);
    for (int attempt = 1; !isClosed(); attempt++) {
      try {
        update(name);
        return;
      } catch (ApiException e) {
        boolean raced = e.code() == 409 || e.code() == 404;
        if (!raced || attempt == ATTEMPTS) {
          again(name, e);
          return;
        }
      } catch (RuntimeException | StoreException | IOException | TimeoutException e) {
        again(name, e);
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void forgetThoseLongGone() {
    Instant now = clock.instant();
    forget(each -> !now.isBefore(each.until()));
  }

  private void forget(Predicate<Leaving> which) {
    List<Leaving> left = leaving.stream().filter(which).toList();
    leaving.removeAll(left);
    left.forEach(each -> changes.forget(each.types()));
  }

  private void leave(String name, boolean gone, List<ResourceType> types) {
    if (!types.isEmpty()) {
      leaving.add(new Leaving(name, gone, types, clock.instant().plus(LINGERING)));
    }
  }

  private void again(String name, Exception e) {
    failed.add(name);
    LOG.log(Level.WARNING, "the definition " + name + " is looked at again", e);
  }

  private void update(String name)
      throws StoreException, IOException, InterruptedException, TimeoutException {
    ObjectNode definition = client.get(path(name));
    Known before = known.get(name);
    versions.defines(name, definition == null ? Set.of() : VersionListener.served(definition));
    if (definition == null) {
      if (before != null) {
        changes.unserve(before.types());
        leave(name, true, before.types());
        known.remove(name);
        // Its names are free.
        others(name, before.names()).forEach(other -> look(Trees.name(other)));
      }
      return;
    }
    ObjectNode names = withoutSchemas(definition);
    ObjectNode status = DefinitionStatus.of(definition, others(name, names), clock.instant());
    ObjectNode decided = definition.objectNode();
    decided.setAll(definition);
    decided.set("status", status);
    CustomDefinition read = CustomDefinition.of(decided);
    Served now = Served.of(read);
    List<ResourceType> types = before == null ? List.of() : before.types();
    if (before == null || !now.equals(before.definition())) {
      types =
          serve(
              name,
              types,
              CustomTypes.of(read, () -> client.get(path(name)), converters.apply(read)));
    }
    ObjectNode given = withoutSchemas(decided);
    boolean renamed = before == null || !before.names().equals(given);
    known.put(name, new Known(given, now, types));
    // Written last: who reads Established asks for the objects at once.
    if (!status.equals(definition.get("status"))) {
      client.update(
          new ObjectPath(definitions, "", name, "status"),
          present -> {
            if (!isSame(definition, present)) {
              throw ApiException.conflict(definitions.groupResource(), name, "it has changed");
            }
            present.set("status", status);
            return true;
          });
    }
    if (isEnding(definition)) {
      delete(name, read, types);
    }
    if (renamed && before != null) {
      others(name, names).forEach(other -> look(Trees.name(other)));
    }
  }

  private List<ResourceType> serve(
      String name, List<ResourceType> present, List<ResourceType> wanted)
      throws StoreException, IOException, InterruptedException, TimeoutException {
    // Where they were cached, those that come now will be.
    forget(each -> each.gone() && each.name().equals(name));
    try {
      changes.replace(present, wanted, CACHING);
      leave(name, wanted.isEmpty(), present);
      return wanted;
    } catch (IllegalArgumentException e) {
      LOG.log(
          Level.WARNING,
          "the definition {0} is not served, as a built-in resource is in its place: {1}",
          name,
          e.getMessage());
      changes.replace(present, List.of(), CACHING);
      leave(name, true, present);
      return List.of();
    }
  }

  /** Whether nobody wrote a definition meanwhile. */
  private static boolean isSame(ObjectNode a, ObjectNode b) {
    return a.path("spec").equals(b.path("spec"))
        && a.path("status").equals(b.path("status"))
        && Trees.text(a, "metadata", "uid").equals(Trees.text(b, "metadata", "uid"));
  }

  private static boolean isEnding(ObjectNode definition) {
    return !Trees.text(definition, "metadata", "deletionTimestamp").isEmpty()
        && Trees.strings(definition, "metadata", "finalizers")
            .contains(DefinitionConditions.FINALIZER);
  }

  /** Deletes the objects of a definition and then lets go of it, apart: it may take long. */
  private void delete(String name, CustomDefinition definition, List<ResourceType> types) {
    deletions.computeIfAbsent(
        name,
        any ->
            // Not virtual, either: it may have to cache them first.
            Thread.ofPlatform()
                .daemon()
                .name("objects of " + name)
                .start(() -> deleteApart(name, definition, types)));
  }

  private void deleteApart(String name, CustomDefinition definition, List<ResourceType> types) {
    try {
      while (!isClosed() && !new Deletion(name, definition, types).run()) {
        var unused = closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      deletions.remove(name);
      follower.wake();
    }
  }

  /** The deletion of the objects of one definition. */
  private final class Deletion {
    private final String name;
    private final CustomDefinition definition;
    private final List<ResourceType> types;

    Deletion(String name, CustomDefinition definition, List<ResourceType> types) {
      this.name = name;
      this.definition = definition;
      this.types = types;
    }

    /** Returns whether the definition has been let go of. */
    boolean run() {
      try {
        tell(true, "InstanceDeletionInProgress", "CustomResource deletion is in progress");
        if (BUILT_IN.contains(name)) {
          tell(
              false,
              "OverlappingBuiltInResource",
              "instances overlap with built-in resources in storage");
        } else if (definition.established()) {
          if (!deleteObjects()) {
            return false;
          }
          tell(false, "InstanceDeletionCompleted", "removed all instances");
        } else {
          tell(false, "NeverEstablished", "resource was never established");
        }
        client.update(
            path(name),
            present -> {
              List<String> finalizers =
                  new ArrayList<>(Trees.strings(present, "metadata", "finalizers"));
              if (!isIt(present) || !finalizers.remove(DefinitionConditions.FINALIZER)) {
                return false;
              }
              ObjectNode metadata = Trees.metadata(present);
              metadata.remove("finalizers");
              if (!finalizers.isEmpty()) {
                finalizers.forEach(Trees.needArray(metadata, "finalizers")::add);
              }
              return true;
            });
        return true;
      } catch (ApiException e) {
        if (e.code() == 404) {
          return true;
        }
        LOG.log(Level.WARNING, "the objects of " + name + " are deleted again", e);
        return false;
      } catch (RuntimeException | StoreException | IOException | TimeoutException e) {
        LOG.log(Level.WARNING, "the objects of " + name + " are deleted again", e);
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    private boolean deleteObjects()
        throws StoreException, IOException, InterruptedException, TimeoutException {
      if (!types.isEmpty()) {
        return instances.delete(types.getFirst(), DefinitionController.this::isClosed);
      }
      ResourceType stored = CustomTypes.stored(definition, () -> client.get(path(name)));
      return stored == null
          || changes.withCached(
              stored, CACHING, () -> instances.delete(stored, DefinitionController.this::isClosed));
    }

    private boolean isIt(ObjectNode present) {
      return Trees.text(present, "metadata", "uid").equals(definition.uid());
    }

    private void tell(boolean status, String reason, String message) {
      client.update(
          new ObjectPath(definitions, "", name, "status"),
          present ->
              isIt(present)
                  && DefinitionConditions.set(
                      present,
                      DefinitionConditions.TERMINATING,
                      status,
                      reason,
                      message,
                      clock.instant()));
    }
  }

  /** The other definitions of the same group, without their schemas. */
  private List<ObjectNode> others(String name, ObjectNode names) {
    String group = Trees.text(names, "spec", "group");
    return known.values().stream()
        .map(Known::names)
        .filter(other -> Trees.text(other, "spec", "group").equals(group))
        .filter(other -> !Trees.name(other).equals(name))
        .toList();
  }

  private static ObjectNode withoutSchemas(ObjectNode definition) {
    ObjectNode names = definition.objectNode();
    names.putObject("metadata").put("name", Trees.name(definition));
    ObjectNode spec = names.putObject("spec");
    spec.set("group", definition.path("spec").path("group"));
    spec.set("names", definition.path("spec").path("names"));
    ObjectNode status = names.putObject("status");
    Trees.copy(Trees.need(definition, "status"), status, "acceptedNames");
    Trees.copy(Trees.need(definition, "status"), status, "conditions");
    return names;
  }

  private ObjectPath path(String name) {
    return ObjectPath.of(definitions, "", name);
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  /** Stops. Unfinished work is taken up again at the next start. */
  @Override
  public void close() throws InterruptedException {
    closing.countDown();
    follower.close();
    follower.join();
    for (Thread deletion : List.copyOf(deletions.values())) {
      deletion.join(PATIENCE);
    }
  }
}
