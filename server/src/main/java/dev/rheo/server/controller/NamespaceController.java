package dev.rheo.server.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.ResourceCache;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.follow.Signal;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import dev.rheo.store.CompactedException;
import dev.rheo.store.StoreException;
import dev.rheo.store.UnreadableValueException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates the namespaces that every cluster has, and completes the deletion of others, unless it is
 * not started because another process does that.
 *
 * <pre>
 *   Active --delete--> Terminating --all objects gone--> spec.finalizers emptied --> removed
 * </pre>
 *
 * <p>It follows the cache's events and does not poll: one virtual thread follows the namespaces,
 * and one more empties each namespace that is being deleted. All its state is in the objects, so it
 * resumes interrupted work, for instance after a restart.
 */
public final class NamespaceController implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NamespaceController.class.getName());

  private static final List<String> ALWAYS =
      List.of("default", "kube-system", "kube-public", "kube-node-lease");

  private static final String FINALIZER = "kubernetes";

  /**
   * Timeout of one wait for the cache, after which it checks whether to stop, and of the wait for
   * its threads to end.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final Duration LAST_RETRY = Duration.ofSeconds(30);

  /** How long a start may wait until namespaces can be made, as upstream's. */
  private static final Duration PATIENCE_AT_START = Duration.ofSeconds(30);

  private final LoopbackClient client;
  private final WatchCache cache;
  private final ResourceType namespaces;
  private final NamespaceContent content;
  private final Map<String, Finalization> emptying = new ConcurrentHashMap<>();
  private final Signal changes = new Signal();
  private volatile boolean closed;
  private volatile @Nullable Thread follower;

  /** A namespace that is being emptied: its thread, and the signal that wakes it. */
  private record Finalization(Thread thread, Signal signal) {}

  /**
   * @param served the registry in force: all of its namespaced resources are emptied
   * @param complete whether it has all resources of which objects are stored. A namespace is not
   *     finished before: objects would be left that nobody finds
   * @param elsewhere deletes what other servers keep in a namespace, until the supplier says to
   *     stop; true if nothing is left
   */
  public NamespaceController(
      LoopbackClient client,
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      BooleanSupplier complete,
      BiPredicate<String, BooleanSupplier> elsewhere) {
    this.client = client;
    this.cache = cache;
    this.namespaces = served.get().get("", "v1", "namespaces");
    this.content = new NamespaceContent(client, cache, served, complete, elsewhere);
  }

  /**
   * Creates the namespaces that every cluster has. What they are to be encrypted with may be a
   * moment late.
   *
   * @throws ApiException if the store refuses them
   */
  public void createRequired() {
    long end = System.nanoTime() + PATIENCE_AT_START.toNanos();
    boolean told = false;
    for (String name : ALWAYS) {
      ApiException late = createIfMissing(name);
      while (late != null) {
        if (closed || System.nanoTime() - end >= 0) {
          throw late;
        }
        if (!told) {
          LOG.log(Level.INFO, "namespaces cannot be made yet: {0}", late.getMessage());
          told = true;
        }
        pause(FIRST_RETRY);
        late = createIfMissing(name);
      }
    }
  }

  /** Follows all namespaces in the background. */
  public void start() {
    follower = Thread.ofVirtual().name("namespaces").start(this::follow);
  }

  /** Returns why it is to be tried again; null if the namespace is there. */
  private @Nullable ApiException createIfMissing(String name) {
    ObjectNode namespace = JsonNodeFactory.instance.objectNode();
    namespace.put("kind", "Namespace").put("apiVersion", "v1");
    namespace.putObject("metadata").put("name", name);
    try {
      if (!exists(name)) {
        client.create(ObjectPath.of(namespaces, "", ""), namespace);
      }
      return null;
    } catch (ApiException e) {
      if (e.reason().equals("AlreadyExists")) {
        return null;
      }
      if (isLate(e)) {
        return e;
      }
      throw e;
    }
  }

  /** What values are encrypted with is not there yet. */
  private static boolean isLate(ApiException e) {
    return e.getCause() instanceof StoreException store
        && store.fault() == StoreException.Fault.UNREADABLE;
  }

  private boolean exists(String name) {
    try {
      return client.get(ObjectPath.of(namespaces, "", name)) != null;
    } catch (ApiException e) {
      if (e.getCause() instanceof UnreadableValueException) {
        return true;
      }
      throw e;
    }
  }

  private void follow() {
    ResourceCache resource = cache.resource(namespaces.storage().name());
    Duration retry = FIRST_RETRY;
    while (!closed) {
      try {
        if (!cache.awaitRevision(1, PATIENCE) || !cache.ready()) {
          // A cache that is not ready yet may return at once.
          pause(FIRST_RETRY);
          continue;
        }
        Snapshot snapshot = resource.snapshot();
        EntryCursor cursor = snapshot.entries("", null);
        for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
          look(entry);
        }
        try (EventReader events = resource.events(snapshot.revision(), Scope.ALL)) {
          events.onEvent(changes::raise);
          retry = FIRST_RETRY;
          follow(events);
        }
      } catch (CompactedException e) {
        LOG.log(Level.DEBUG, "the namespaces are looked through again: {0}", e.getMessage());
      } catch (IOException | RuntimeException | Error e) {
        LOG.log(Level.WARNING, "following the namespaces failed, and is tried again", e);
        pause(retry);
        retry = longer(retry);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void follow(EventReader events)
      throws CompactedException, IOException, InterruptedException {
    while (!closed) {
      CacheEvent event = events.next();
      if (event != null) {
        Entry entry = event.current();
        if (entry != null) {
          look(entry);
        }
      } else if (events.skipped()) {
        Thread.yield();
      } else {
        changes.await();
      }
    }
  }

  private void look(Entry entry) {
    String name = entry.name();
    Finalization present = emptying.get(name);
    if (present != null) {
      // The event may be of a new namespace with the same name.
      present.signal().raise();
    }
    if ("Terminating".equals(entry.fields().get("status.phase"))) {
      emptying.computeIfAbsent(name, this::emptier);
    }
  }

  private Finalization emptier(String name) {
    Signal signal = new Signal();
    return new Finalization(
        Thread.ofVirtual().name("namespace " + name).start(() -> empty(name, signal)), signal);
  }

  /** Empties the namespace until it is removed, or only finalizers of others hold it. */
  private void empty(String name, Signal signal) {
    Duration retry = FIRST_RETRY;
    String finished = "";
    while (!closed) {
      try {
        String uid = next(name, finished);
        if (uid == null) {
          return;
        }
        // If false, others must release what is left: a finalizer, a pod's grace period.
        if (content.delete(name, signal, () -> closed || !uid.equals(deleting(name)))
            && uid.equals(deleting(name))) {
          finish(name, uid);
          finished = uid;
        }
      } catch (RuntimeException | Error e) {
        // Errors too: a namespace whose thread has ended would never be emptied.
        Level level =
            e instanceof ApiException refusal && refusal.code() < 500 ? Level.DEBUG : Level.WARNING;
        LOG.log(level, "emptying namespace " + name + " failed, and is tried again", e);
        pause(retry);
        retry = longer(retry);
      }
    }
  }

  /**
   * The uid of the namespace to empty, or null. With null the name is released atomically, so that
   * a later event starts another thread.
   *
   * @param finished the uid of the namespace that is finished, or empty
   */
  private @Nullable String next(String name, String finished) {
    AtomicReference<@Nullable String> uid = new AtomicReference<>();
    Finalization stays =
        emptying.computeIfPresent(
            name,
            (_, emptier) -> {
              String present = deleting(name);
              uid.set(present);
              return present == null || present.equals(finished) ? null : emptier;
            });
    return stays == null ? null : uid.get();
  }

  /** The uid of the namespace if it exists and is being deleted, else null. */
  private @Nullable String deleting(String name) {
    ObjectNode namespace = client.get(ObjectPath.of(namespaces, "", name));
    return namespace != null && isDeleting(namespace) ? uid(namespace) : null;
  }

  private static boolean isDeleting(ObjectNode namespace) {
    return !namespace.path("metadata").path("deletionTimestamp").asText("").isEmpty();
  }

  private static String uid(ObjectNode namespace) {
    return namespace.path("metadata").path("uid").asText("");
  }

  /** Removes our finalizer from the namespace, which is removed with its last finalizer. */
  private void finish(String name, String uid) {
    try {
      client.update(
          new ObjectPath(namespaces, "", name, "finalize"),
          namespace -> {
            if (!isDeleting(namespace) || !uid(namespace).equals(uid)) {
              // A new namespace with the same name.
              return false;
            }
            removeFinalizer(namespace);
            return true;
          });
    } catch (ApiException e) {
      if (!e.reason().equals("NotFound")) {
        throw e;
      }
    }
  }

  private static void removeFinalizer(ObjectNode namespace) {
    if (namespace.get("spec") instanceof ObjectNode spec && spec.get("finalizers") != null) {
      List<String> left =
          spec.get("finalizers")
              .valueStream()
              .map(JsonNode::asText)
              .filter(f -> !f.equals(FINALIZER))
              .toList();
      spec.remove("finalizers");
      if (!left.isEmpty()) {
        left.forEach(spec.putArray("finalizers")::add);
      }
    }
  }

  private void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration longer(Duration retry) {
    Duration twice = retry.multipliedBy(2);
    return twice.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : twice;
  }

  /** Whether no namespace that was seen Terminating is being emptied. */
  boolean isIdle() {
    return emptying.isEmpty();
  }

  /** Stops. Unfinished work is taken up again at the next start. */
  @Override
  public void close() {
    closed = true;
    changes.raise();
    emptying.values().forEach(emptier -> emptier.signal().raise());
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      Thread thread = follower;
      if (thread != null) {
        thread.join(Duration.ofNanos(end - System.nanoTime()));
      }
      for (Finalization emptier : List.copyOf(emptying.values())) {
        emptier.thread().join(Duration.ofNanos(end - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
