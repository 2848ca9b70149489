package dev.rheo.client;

import dev.rheo.client.reflector.ReflectorSettings;
import dev.rheo.client.reflector.Resource;
import dev.rheo.client.reflector.ServerMemory;
import dev.rheo.client.reflector.SystemTiming;
import dev.rheo.client.reflector.Timing;
import dev.rheo.client.transport.ObjectFormat;
import dev.rheo.client.transport.Transport;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The informers of one server. They share threads, settings and what is learned of the server.
 *
 * <pre>{@code
 * try (Informers informers = Informers.on(transport)) {
 *   Informer<Pod> pods =
 *       informers.informer(Resource.of("", "v1", "pods", null), podFormat)
 *           .index("node", pod -> Collections.singletonList(pod.getSpec().getNodeName()))
 *           .build();
 *   pods.addHandler(new EventHandler<>() {
 *     public void onAdd(Pod pod, boolean initial) { … }
 *   });
 *   pods.start();
 *   pods.awaitSync(Duration.ofSeconds(30));
 * }
 * }</pre>
 *
 * <p>Users of fabric8's client or of client-java begin with the adapter of their client instead.
 * Safe for use by many threads.
 */
public final class Informers implements AutoCloseable {
  private final Transport transport;
  private final ReflectorSettings settings;
  private final Executor executor;
  private final @Nullable ExecutorService ownExecutor;
  private final Timing timing;
  private final @Nullable SystemTiming ownTiming;
  private final RandomGenerator random;

  /** By the API version, since another server may answer for each (aggregation). */
  private final Map<String, ServerMemory> servers = new ConcurrentHashMap<>();

  private final List<Informer<?>> all = new CopyOnWriteArrayList<>();

  private Informers(Builder builder) {
    this.transport = builder.transport;
    this.settings =
        builder.settings.withWatchList(
            builder.settings.watchList()
                && ClientFeatures.enabled(ClientFeatures.WATCH_LIST_CLIENT));
    Executor given = builder.executor;
    this.ownExecutor = given == null ? Threads.executor() : null;
    this.executor = given == null ? Objects.requireNonNull(ownExecutor) : given;
    Timing ownTime = builder.timing;
    this.ownTiming = ownTime == null ? new SystemTiming() : null;
    this.timing = ownTime == null ? Objects.requireNonNull(ownTiming) : ownTime;
    this.random = builder.random;
  }

  /** The informers of a server, with the defaults. */
  public static Informers on(Transport transport) {
    return builder(transport).build();
  }

  /** Informers that differ from the defaults. */
  public static Builder builder(Transport transport) {
    return new Builder(transport);
  }

  /** Begins an informer for a resource. */
  public <T> Informer.Builder<T> informer(Resource resource, ObjectFormat<T> format) {
    return new Informer.Builder<>(this, resource, format);
  }

  /** All informers that were built and not closed. */
  public Collection<Informer<?>> all() {
    return List.copyOf(all);
  }

  /** Starts all informers that were built. */
  public void start() {
    all.forEach(Informer::start);
  }

  /**
   * Waits until all informers are synced.
   *
   * @return false if the time is over and one is not
   */
  public boolean awaitSync(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    for (Informer<?> informer : all) {
      if (!informer.awaitSync(Duration.ofNanos(Math.max(end - System.nanoTime(), 0)))) {
        return false;
      }
    }
    return true;
  }

  /** Stops all informers for good and ends the threads that were made for them. */
  @Override
  public void close() {
    all.forEach(Informer::close);
    if (ownTiming != null) {
      ownTiming.close();
    }
    if (ownExecutor != null) {
      ownExecutor.shutdown();
    }
  }

  Transport transport() {
    return transport;
  }

  ReflectorSettings settings() {
    return settings;
  }

  Executor executor() {
    return executor;
  }

  Timing timing() {
    return timing;
  }

  RandomGenerator random() {
    return random;
  }

  ServerMemory server(Resource resource) {
    return servers.computeIfAbsent(resource.apiPath(), any -> new ServerMemory());
  }

  void add(Informer<?> informer) {
    all.add(informer);
  }

  void remove(Informer<?> informer) {
    all.remove(informer);
  }

  /** Builds a factory of informers. */
  public static final class Builder {
    private final Transport transport;
    private ReflectorSettings settings = ReflectorSettings.defaults();
    private @Nullable Executor executor;
    private @Nullable Timing timing;
    private RandomGenerator random = new Random();

    private Builder(Transport transport) {
      this.transport = transport;
    }

    /**
     * The numbers of the reflectors. Watch lists are used only if the feature gate {@link
     * ClientFeatures#WATCH_LIST_CLIENT} is on as well.
     */
    public Builder settings(ReflectorSettings chosen) {
      settings = chosen;
      return this;
    }

    /**
     * Runs informers and handlers. Each running informer occupies a thread of it, each handler one
     * while it is told something. The default makes virtual threads where there are such.
     */
    public Builder executor(Executor chosen) {
      executor = chosen;
      return this;
    }

    /** Another clock, for tests. */
    public Builder timing(Timing chosen) {
      timing = chosen;
      return this;
    }

    /** Draws timeouts and jitter; must be safe for use by many threads. */
    public Builder random(RandomGenerator chosen) {
      random = chosen;
      return this;
    }

    /** The factory. */
    public Informers build() {
      return new Informers(this);
    }
  }
}
