package dev.rheo.server.controller.garbage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.NotCachedException;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.controller.garbage.Facts.Owner;
import dev.rheo.server.controller.garbage.WorkQueue.Item;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is to be done for one object, and does it, by the rules of upstream's garbage
 * collector:
 *
 * <pre>
 *   deleted, orphan              → its dependents lose their references to it, then it its finalizer
 *   deleted, foregroundDeletion  → it loses the finalizer when no dependent blocks it any more
 *   an owner exists              → it loses its references to owners that are gone or waiting
 *   all owners gone or waiting   → it is deleted
 *   an owner's type unknown, or
 *   impossible for the object    → nothing
 * </pre>
 *
 * <p>An owner is <em>gone</em> if no object of its type and name, in the dependent's namespace, has
 * its uid; it is <em>waiting</em> if its deletion waits for its dependents. Whatever is decided is
 * decided on what the store says, and done on condition that this has not changed. So it does no
 * harm if another garbage collector does the same.
 *
 * <p>Thread-safe.
 */
final class Collector {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How many dependents that block an owner are noted in one look at it. */
  private static final int NOTED = 100;

  /** How many owners are searched for a circle. */
  private static final int LONGEST_CIRCLE = 1000;

  private final LoopbackClient client;
  private final WatchCache cache;
  private final Graph graph;
  private final Edges edges;
  private final OwnerEvents events;
  private final LongAdder deleted = new LongAdder();
  private final LongAdder orphaned = new LongAdder();

  Collector(LoopbackClient client, WatchCache cache, Graph graph, Edges edges, OwnerEvents events) {
    this.client = client;
    this.cache = cache;
    this.graph = graph;
    this.edges = edges;
    this.events = events;
  }

  /** The deletions that it has made. */
  long deleted() {
    return deleted.sum();
  }

  /** The references to orphaning owners that it has removed. */
  long orphaned() {
    return orphaned.sum();
  }

  /**
   * Does what is to be done for an object now.
   *
   * @throws ApiException if it has to be tried again
   */
  void collect(Item item) throws IOException, InterruptedException {
    Source source = graph.source(item.collection());
    if (source == null) {
      return;
    }
    ObjectPath path = source.path(item.key());
    ObjectNode metadata = client.metadata(path);
    if (metadata == null) {
      return;
    }
    Facts object = Facts.of(metadata);
    if (object.deleting() && object.orphaning()) {
      orphanDependents(path, object.uid());
    } else if (object.isWaiting()) {
      awaitDependents(path, object.uid());
    } else if (!object.deleting() && !object.owners().isEmpty()) {
      weigh(path, object, Trees.text(metadata, "resourceVersion"));
    }
  }

  // --- the object is an owner

  private void orphanDependents(ObjectPath path, String uid) throws InterruptedException {
    bringUpToDate();
    edges.each(
        Edges.hash(uid),
        dependent -> {
          Source source = graph.source(dependent.collection());
          if (source != null) {
            boolean[] removed = {false};
            change(
                source.path(dependent.key()),
                "",
                object -> removed[0] = removeOwners(object, Set.of(uid)));
            orphaned.add(removed[0] ? 1 : 0);
          }
          return true;
        });
    removeFinalizer(path, uid, Facts.ORPHAN);
  }

  private void awaitDependents(ObjectPath path, String uid)
      throws IOException, InterruptedException {
    bringUpToDate();
    ObjectFacts facts = new ObjectFacts(cache);
    int[] blocking = {0};
    boolean[] circle = {false};
    edges.each(
        Edges.hash(uid),
        dependent -> {
          Source source = graph.source(dependent.collection());
          Entry entry = source == null ? null : entry(source, dependent.key());
          Facts object = entry == null ? null : facts.of(entry);
          if (object == null || !object.blocks(uid)) {
            return true;
          }
          blocking[0]++;
          if (object.deleting()) {
            // Its end will be noted. All others were noted when the owner began to wait.
            circle[0] = object.isWaiting() && isInCircle(uid);
            return false;
          }
          graph.add(new Item(dependent.collection(), dependent.key()));
          return blocking[0] < NOTED;
        });
    if (blocking[0] == 0) {
      removeFinalizer(path, uid, Facts.FOREGROUND);
    } else if (circle[0]) {
      change(path, uid, Collector::unblockOwners);
    }
  }

  /**
   * Whether an owner that waits is waited for by one of those for whom it waits, and so on: as when
   * each of them was deleted in foreground. Upstream would wait for ever.
   */
  private boolean isInCircle(String uid) throws IOException {
    ObjectFacts facts = new ObjectFacts(cache);
    Set<String> seen = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(List.of(uid));
    boolean[] found = {false};
    while (!found[0] && !next.isEmpty() && seen.size() < LONGEST_CIRCLE) {
      String owner = next.remove();
      edges.each(
          Edges.hash(owner),
          dependent -> {
            Source source = graph.source(dependent.collection());
            Entry entry = source == null ? null : entry(source, dependent.key());
            Facts object = entry == null ? null : facts.of(entry);
            if (object != null && object.isWaiting() && object.blocks(owner)) {
              found[0] |= object.uid().equals(uid);
              if (seen.add(object.uid())) {
                next.add(object.uid());
              }
            }
            return !found[0];
          });
    }
    return found[0];
  }

  private static @Nullable Entry entry(Source source, String key) {
    try {
      return source.cache.get(key);
    } catch (NotCachedException e) {
      return null;
    }
  }

  /** Waits until the edges have every dependent that was created before the call. */
  private void bringUpToDate() throws InterruptedException {
    client.awaitCurrent();
    if (!graph.awaitApplied(cache.revision(), PATIENCE)) {
      throw ApiException.tooManyRequests("the owners of objects are being looked through", 1);
    }
  }

  private void removeFinalizer(ObjectPath path, String uid, String finalizer) {
    change(
        path,
        uid,
        object -> {
          ObjectNode metadata = Trees.metadata(object);
          List<String> before = Trees.strings(metadata, "finalizers");
          if (!before.contains(finalizer)) {
            return false;
          }
          ArrayNode left = metadata.putArray("finalizers");
          before.stream().filter(other -> !other.equals(finalizer)).forEach(left::add);
          if (left.isEmpty()) {
            metadata.remove("finalizers");
          }
          return true;
        });
  }

  // --- the object is a dependent

  private enum State {
    SOLID,
    GONE,
    WAITING
  }

  private void weigh(ObjectPath path, Facts object, String revision) throws IOException {
    List<Owner> solid = new ArrayList<>();
    List<Owner> gone = new ArrayList<>();
    List<Owner> waiting = new ArrayList<>();
    for (Owner owner : object.owners()) {
      State state = stateOf(path, object, owner);
      if (state == null) {
        return;
      }
      switch (state) {
        case SOLID -> solid.add(owner);
        case GONE -> gone.add(owner);
        case WAITING -> waiting.add(owner);
      }
    }
    if (!solid.isEmpty()) {
      Set<String> without = new HashSet<>();
      gone.forEach(owner -> without.add(owner.uid()));
      // Else the waiting owner would wait for ever.
      waiting.forEach(owner -> without.add(owner.uid()));
      if (!without.isEmpty()) {
        change(path, object.uid(), tree -> removeOwners(tree, without));
      }
    } else if (!waiting.isEmpty() && hasDependents(object.uid())) {
      if (mayBeCircle(object.uid())) {
        change(path, object.uid(), Collector::unblockOwners);
        ObjectNode metadata = client.metadata(path);
        if (metadata == null || !Facts.of(metadata).uid().equals(object.uid())) {
          return;
        }
        delete(
            path,
            Facts.of(metadata),
            Trees.text(metadata, "resourceVersion"),
            DeleteOptions.FOREGROUND);
      } else {
        delete(path, object, revision, DeleteOptions.FOREGROUND);
      }
    } else {
      String policy =
          object.orphaning()
              ? DeleteOptions.ORPHAN
              : object.foreground() ? DeleteOptions.FOREGROUND : DeleteOptions.BACKGROUND;
      delete(path, object, revision, policy);
    }
  }

  /** Null if nothing can be decided: the owner's type is not served, or cannot own the object. */
  private @Nullable State stateOf(ObjectPath path, Facts object, Owner owner) throws IOException {
    ResourceType type = graph.kinds().of(owner);
    if (type == null) {
      return null;
    }
    boolean impossible = type.namespaced() && path.namespace().isEmpty();
    if (!impossible) {
      String namespace = type.namespaced() ? path.namespace() : "";
      ObjectNode metadata = client.metadata(ObjectPath.of(type, namespace, owner.name()));
      if (metadata != null) {
        Facts found = Facts.of(metadata);
        if (found.uid().equals(owner.uid())) {
          return found.isWaiting() ? State.WAITING : State.SOLID;
        }
      }
    }
    events.reportOtherNamespace(path, object, owner, type);
    return impossible ? null : State.GONE;
  }

  private boolean hasDependents(String uid) throws IOException {
    return anyDependent(uid, _ -> true);
  }

  /** Whether a dependent waits for its own dependents: the object may be one of them. */
  private boolean mayBeCircle(String uid) throws IOException {
    return anyDependent(uid, Facts::isWaiting);
  }

  private boolean anyDependent(String uid, Predicate<Facts> is) throws IOException {
    ObjectFacts facts = new ObjectFacts(cache);
    boolean[] found = {false};
    edges.each(
        Edges.hash(uid),
        dependent -> {
          Source source = graph.source(dependent.collection());
          Entry entry = source == null ? null : entry(source, dependent.key());
          if (entry != null) {
            Facts object = facts.of(entry);
            found[0] =
                object.owners().stream().anyMatch(owner -> owner.uid().equals(uid))
                    && is.test(object);
          }
          return !found[0];
        });
    return found[0];
  }

  private void delete(ObjectPath path, Facts object, String revision, String policy) {
    try {
      client.delete(path, new DeleteOptions(null, policy, null, object.uid(), revision, false));
      deleted.increment();
    } catch (ApiException e) {
      if (isNotFound(e)) {
        return;
      }
      if (e.code() != 409 || revision.isEmpty()) {
        throw e;
      }
      ObjectNode metadata = client.metadata(path);
      if (metadata == null) {
        return;
      }
      Facts now = Facts.of(metadata);
      if (!now.uid().equals(object.uid())) {
        return;
      }
      if (!now.owners().equals(object.owners())) {
        throw e;
      }
      // Something else changed. Frequent changes must not keep the object for ever.
      delete(path, object, "", policy);
    }
  }

  // --- changes

  /**
   * Changes an object, if it is still there.
   *
   * @param uid that the object must have; empty for any
   */
  private void change(ObjectPath path, String uid, Predicate<ObjectNode> change) {
    try {
      client.update(
          path,
          object ->
              (uid.isEmpty() || uid.equals(Trees.text(object, "metadata", "uid")))
                  && change.test(object));
    } catch (ApiException e) {
      if (!isNotFound(e)) {
        throw e;
      }
    }
  }

  private static boolean isNotFound(ApiException e) {
    return e.reason().equals("NotFound");
  }

  private static boolean removeOwners(ObjectNode object, Set<String> uids) {
    ObjectNode metadata = Trees.metadata(object);
    List<ObjectNode> before = Trees.objects(metadata, "ownerReferences");
    List<ObjectNode> left =
        before.stream().filter(owner -> !uids.contains(Trees.text(owner, "uid"))).toList();
    if (left.size() == before.size()) {
      return false;
    }
    metadata.remove("ownerReferences");
    if (!left.isEmpty()) {
      metadata.putArray("ownerReferences").addAll(left);
    }
    return true;
  }

  private static boolean unblockOwners(ObjectNode object) {
    boolean changed = false;
    for (ObjectNode owner : Trees.objects(object, "metadata", "ownerReferences")) {
      if (owner.path("blockOwnerDeletion").asBoolean()) {
        owner.put("blockOwnerDeletion", false);
        changed = true;
      }
    }
    return changed;
  }
}
