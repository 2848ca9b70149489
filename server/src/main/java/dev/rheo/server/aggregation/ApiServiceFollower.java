package dev.rheo.server.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cache.Entry;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.follow.Follower;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Follows the APIServices: those in force are what it supplies. Thread-safe. */
public final class ApiServiceFollower implements Supplier<ApiServices>, AutoCloseable {
  private final LoopbackClient client;
  private final ResourceType type;
  private final ExtensionServers servers;
  private final Follower follower;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> followers = new CopyOnWriteArrayList<>();
  private final CountDownLatch listed = new CountDownLatch(1);

  /** By name. Used by the follower's thread only. */
  private final TreeMap<String, ApiService> known = new TreeMap<>();

  /** Those known that have not been seen since a new beginning. Used by that thread only. */
  private final Set<String> unseen = new HashSet<>();

  private volatile ApiServices inForce = ApiServices.NONE;

  /**
   * @param type that of APIServices
   */
  public ApiServiceFollower(
      LoopbackClient client, WatchCache cache, ResourceType type, ExtensionServers servers) {
    this.client = client;
    this.type = type;
    this.servers = servers;
    this.follower = new Follower(cache, type, new Watcher());
  }

  /** Follows in the background. */
  public void start() {
    follower.start();
  }

  /** Whether those that were stored at the start are in force. */
  public boolean isReady() {
    return listed.getCount() == 0;
  }

  /**
   * Has somebody told the name of each one that has come, changed or gone, on the thread that
   * follows.
   */
  public void onChange(Consumer<String> listener) {
    listeners.add(listener);
  }

  /** Has something run whenever others are in force, on the thread that follows. */
  public void onReplaced(Runnable action) {
    followers.add(action);
  }

  @Override
  public ApiServices get() {
    return inForce;
  }

  @Override
  public void close() {
    follower.close();
  }

  private final class Watcher implements Follower.Watcher {
    @Override
    public void begin() {
      unseen.addAll(known.keySet());
    }

    @Override
    public void look(Entry entry) {
      unseen.remove(entry.name());
      update(entry.name());
    }

    @Override
    public void listed() {
      List.copyOf(unseen).forEach(ApiServiceFollower.this::update);
      unseen.clear();
      publish();
      listed.countDown();
    }
  }

  private void update(String name) {
    ObjectNode object = client.get(ObjectPath.of(type, "", name));
    if (object == null) {
      known.remove(name);
      servers.forget(name);
    } else {
      known.put(name, read(name, object));
    }
    if (isReady()) {
      publish();
    }
    listeners.forEach(listener -> listener.accept(name));
  }

  private void publish() {
    List<ApiService> now = new ArrayList<>(known.values());
    if (!now.equals(inForce.all())) {
      inForce = new ApiServices(now);
      followers.forEach(Runnable::run);
    }
  }

  private ApiService read(String name, ObjectNode object) {
    ObjectNode spec = Trees.need(object, "spec");
    ExtensionServer server = servers.of(name, spec);
    return new ApiService(
        name,
        Trees.text(object, "metadata", "uid"),
        Trees.text(spec, "group"),
        Trees.text(spec, "version"),
        (int) Trees.number(spec, "groupPriorityMinimum"),
        (int) Trees.number(spec, "versionPriority"),
        server == null,
        ApiServiceConditions.isAvailable(object),
        server);
  }
}
