package dev.rheo.server.controller.apiservice;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.GroupVersionPriority.GroupVersion;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.controller.ServerObjects;
import dev.rheo.server.controller.apiservice.WantedServices.Wanted;
import dev.rheo.server.controller.custom.VersionListener;
import dev.rheo.server.follow.Follower;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Keeps an APIService for each group version that this server serves itself, as upstream's
 * autoregistration does: those of built-in resources are made and corrected once, at the start;
 * those of custom resources always, and removed when no definition serves the version any more. The
 * label tells which is which. An APIService without the label is somebody else's and left alone.
 *
 * <p>One virtual thread does all of it. All its state is in the objects, and each change is made on
 * condition of what was seen, so several servers on one store do not disturb each other.
 */
public final class LocalApiServices implements VersionListener, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LocalApiServices.class.getName());

  private static final String LABEL = "kube-aggregator.kubernetes.io/automanaged";
  private static final String AT_START = "onstart";
  private static final String ALWAYS = "true";

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final LoopbackClient client;
  private final WatchCache cache;
  private final ResourceType services;
  private final ResourceType definitions;
  private final BooleanSupplier definitionsKnown;
  private final WantedServices wanted = new WantedServices();

  /** Built-in ones that were not looked at yet. Used by the thread only. */
  private final Set<String> fresh = new HashSet<>(wanted.names());

  /** Those that were there at the start and not looked at yet. Used by the thread only. */
  private final Set<String> found = new HashSet<>();

  /** Those to be looked at again. Used by the thread only. */
  private final Set<String> failed = new HashSet<>();

  private final Follower follower;
  private volatile boolean complete;

  /**
   * @param served the registry in force
   * @param definitionsKnown whether this listener was told of all definitions that were stored at
   *     the start: before that, an APIService of one could be taken for one that nobody wants
   */
  public LocalApiServices(
      LoopbackClient client,
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      BooleanSupplier definitionsKnown) {
    this.client = client;
    this.cache = cache;
    this.definitionsKnown = definitionsKnown;
    this.services = served.get().get("apiregistration.k8s.io", "v1", "apiservices");
    this.definitions = served.get().get("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    this.follower = new Follower(cache, services, new Watcher());
  }

  /** Keeps them in the background. */
  public void start() {
    follower.start();
  }

  /** Whether all that must be there at the start was there once. */
  public boolean isReady() {
    return complete;
  }

  @Override
  public void defines(String definition, Set<GroupVersion> versions) {
    if (wanted.define(definition, versions)) {
      follower.wake();
    }
  }

  private final class Watcher implements Follower.Watcher {
    private final Set<String> unseen = new HashSet<>();
    private boolean atStart = true;

    @Override
    public boolean isReady() {
      return definitionsKnown.getAsBoolean();
    }

    @Override
    public void begin() {
      unseen.addAll(wanted.names());
    }

    @Override
    public void look(Entry entry) {
      unseen.remove(entry.name());
      if (atStart) {
        found.add(entry.name());
      }
      LocalApiServices.this.look(entry.name());
    }

    @Override
    public void listed() {
      List.copyOf(unseen).forEach(LocalApiServices.this::look);
      unseen.clear();
      atStart = false;
    }

    @Override
    public Duration rest() {
      return RETRY;
    }

    @Override
    public void rested() {
      wanted.takeChanged().forEach(LocalApiServices.this::look);
      List.copyOf(failed).forEach(LocalApiServices.this::look);
    }
  }

  /** Makes one what it must be. If that fails, it is looked at again later. */
  private void look(String name) {
    failed.remove(name);
    try {
      sync(name);
      fresh.remove(name);
      found.remove(name);
      complete |= fresh.isEmpty();
    } catch (ApiException e) {
      // 404 and 409: somebody else was faster, and the event about that is still to come.
      if (e.code() != 404 && e.code() != 409) {
        failed.add(name);
        LOG.log(Level.WARNING, "the APIService " + name + " is looked at again", e);
      }
    } catch (RuntimeException e) {
      failed.add(name);
      LOG.log(Level.WARNING, "the APIService " + name + " is looked at again", e);
    }
  }

  private void sync(String name) {
    Wanted want = wanted.get(name);
    if (want != null && !want.always() && !fresh.contains(name)) {
      return;
    }
    ObjectPath path = ObjectPath.of(services, "", name);
    ObjectNode present = client.get(path);
    if (present == null) {
      if (want != null) {
        client.create(ObjectPath.of(services, "", ""), create(name, want));
      }
      return;
    }
    if (!isManaged(present, found.contains(name))) {
      return;
    }
    if (want != null) {
      if (!ServerObjects.asStored(spec(want)).equals(present.get("spec"))) {
        client.update(path, object -> correct(object, spec(want)));
      }
    } else if (isDefined(name)) {
      failed.add(name);
    } else {
      client.delete(path, withUid(Trees.text(present, "metadata", "uid")));
    }
  }

  /**
   * Whether one is kept by this.
   *
   * @param atStart whether it was there at the start, and is looked at for the first time
   */
  private static boolean isManaged(ObjectNode object, boolean atStart) {
    String label = Trees.text(object, "metadata", "labels", LABEL);
    return label.equals(ALWAYS) || (label.equals(AT_START) && atStart);
  }

  private static boolean correct(ObjectNode object, ObjectNode spec) {
    if (Trees.text(object, "metadata", "labels", LABEL).isEmpty()) {
      return false;
    }
    object.set("spec", spec);
    return true;
  }

  /**
   * Whether a definition serves the version that is not known here yet, as it was written by a
   * client of another server, or a moment ago.
   */
  private boolean isDefined(String name) {
    if (cache.resource(definitions.storage().name()).unreadable() != null) {
      // It may be the one that cannot be read.
      return true;
    }
    String group = name.substring(name.indexOf('.') + 1);
    Snapshot snapshot = cache.resource(definitions.storage().name()).snapshot();
    EntryCursor cursor = snapshot.entries("", null);
    for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
      if (entry.name().endsWith("." + group)) {
        ObjectNode definition = client.get(ObjectPath.of(definitions, "", entry.name()));
        if (definition != null
            && VersionListener.served(definition).stream()
                .anyMatch(version -> version.apiService().equals(name))) {
          return true;
        }
      }
    }
    return false;
  }

  private ObjectNode create(String name, Wanted want) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", services.kind()).put("apiVersion", services.apiVersion());
    object
        .putObject("metadata")
        .put("name", name)
        .putObject("labels")
        .put(LABEL, want.always() ? ALWAYS : AT_START);
    object.set("spec", spec(want));
    return object;
  }

  private static ObjectNode spec(Wanted want) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    if (!want.of().group().isEmpty()) {
      spec.put("group", want.of().group());
    }
    return spec.put("groupPriorityMinimum", want.priority().group())
        .put("version", want.of().version())
        .put("versionPriority", want.priority().version());
  }

  private static DeleteOptions withUid(String uid) {
    return new DeleteOptions(null, DeleteOptions.BACKGROUND, null, uid, null, false);
  }

  /** Stops. Unfinished work is taken up again at the next start. */
  @Override
  public void close() throws InterruptedException {
    follower.close();
    follower.join();
  }
}
