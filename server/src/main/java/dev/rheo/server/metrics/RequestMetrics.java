package dev.rheo.server.metrics;

import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.verb.watch.WatchMetrics;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.StatefulMetric;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts requests, under the names and labels of kube-apiserver's metrics.
 *
 * <p>Label values come from the registry of resources, never from a client, so that their number is
 * bounded. The series of a type that is no longer served are dropped: {@link #dropUnserved}.
 * Thread-safe.
 */
public final class RequestMetrics {

  private static final String COMPONENT = "apiserver";

  /**
   * Verbs that are labels of requests without a known resource. Clients may make up any other verb,
   * so all others share one label.
   */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  private final Supplier<ResourceRegistry> served;
  private final Counter total;
  private final Histogram duration;
  private final Gauge longRunning;
  private final Counter watchEvents;
  private final Counter watchBytes;
  private final Counter initialEvents;
  private final Counter initialStreams;
  private final Counter unchangedObjects;
  private final Histogram watchListDuration;
  private final Gauge shardWatches;
  private final Counter shardFiltered;

  /**
   * @param served the types that are served now
   */
  public RequestMetrics(PrometheusRegistry registry, Supplier<ResourceRegistry> served) {
    this.served = served;
    total =
        Counter.builder()
            .name("apiserver_request_total")
            .help("Requests answered, by what was asked and the HTTP status.")
            .labelNames(
                "verb",
                "dry_run",
                "group",
                "version",
                "resource",
                "subresource",
                "scope",
                "component",
                "code")
            .register(registry);
    duration =
        Histogram.builder()
            .name("apiserver_request_duration_seconds")
            .help("Time until a request was answered, watches not among them.")
            .labelNames("verb", "group", "version", "resource", "subresource", "scope", "component")
            .classicOnly()
            .classicUpperBounds(.005, .025, .05, .1, .2, .4, .6, .8, 1, 1.5, 2, 5, 10, 30, 60)
            .register(registry);
    longRunning =
        Gauge.builder()
            .name("apiserver_longrunning_requests")
            .help("Watches that are open.")
            .labelNames("verb", "group", "version", "resource", "subresource", "scope", "component")
            .register(registry);
    watchEvents =
        Counter.builder()
            .name("apiserver_watch_events_total")
            .help("Events written to watches.")
            .labelNames("group", "version", "resource")
            .register(registry);
    watchBytes =
        Counter.builder()
            .name("rheo_watch_events_bytes_total")
            .help("Bytes of the objects in the events written to watches.")
            .labelNames("group", "version", "resource")
            .register(registry);
    initialEvents =
        Counter.builder()
            .name("apiserver_init_events_total")
            .help("Initial events written to watch lists.")
            .labelNames("group", "resource")
            .register(registry);
    initialStreams =
        Counter.builder()
            .name("rheo_watch_initial_streams_total")
            .help("Watches that began with the state, by whether all of it was sent.")
            .labelNames("group", "resource", "kind")
            .register(registry);
    unchangedObjects =
        Counter.builder()
            .name("rheo_watch_initial_unchanged_total")
            .help("Objects that watches named instead of sending them, as the client held them.")
            .labelNames("group", "resource")
            .register(registry);
    shardWatches =
        Gauge.builder()
            .name("apiserver_watch_shards")
            .help("Watches of a shard that are open.")
            .labelNames("group", "resource")
            .register(registry);
    shardFiltered =
        Counter.builder()
            .name("apiserver_watch_filtered_events_total")
            .help("Changes that a watch of a shard passed over because they are of another shard.")
            .labelNames("group", "resource")
            .register(registry);
    watchListDuration =
        Histogram.builder()
            .name("apiserver_watch_list_duration_seconds")
            .help("Time until the initial events of a watch list were written.")
            .labelNames("group", "version", "resource", "scope")
            .classicOnly()
            .classicUpperBounds(.05, .1, .2, .4, .6, .8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60)
            .register(registry);
    // The metric is shown from the start, not only after the first watch list.
    watchListDuration.initLabelValues("", "v1", "namespaces", "cluster");
  }

  /** Counts a request that was answered. */
  public void answered(RequestInfo info, boolean known, String dryRun, int code, double seconds) {
    String verb = known || METHODS.contains(verb(info)) ? verb(info) : "other";
    String group = known ? info.group() : "";
    String version = known ? info.version() : "";
    String resource = known ? info.resource() : "";
    String subresource =
        known ? (info.subresource() == null ? "" : info.subresource()) : nonResource(info);
    String scope = known ? scope(info) : "";
    total
        .labelValues(
            verb,
            dryRun,
            group,
            version,
            resource,
            subresource,
            scope,
            COMPONENT,
            Integer.toString(code))
        .inc();
    if (!verb.equals("WATCH")) {
      duration
          .labelValues(verb, group, version, resource, subresource, scope, COMPONENT)
          .observe(seconds);
    }
    if (known) {
      counted(info);
    }
  }

  /**
   * Drops the series of types that are not served. Requests that still use such a type do not bring
   * them back.
   */
  public void dropUnserved() {
    drop(total, 2);
    drop(duration, 1);
    drop(longRunning, 1);
    drop(watchEvents, 0);
    drop(watchBytes, 0);
    drop(watchListDuration, 0);
    // All versions of a resource share these.
    initialEvents.removeIf(this::isUnservedInAllVersions);
    initialStreams.removeIf(this::isUnservedInAllVersions);
    unchangedObjects.removeIf(this::isUnservedInAllVersions);
    shardWatches.removeIf(this::isUnservedInAllVersions);
    shardFiltered.removeIf(this::isUnservedInAllVersions);
  }

  private boolean isUnservedInAllVersions(List<String> labels) {
    return served.get().all().stream()
        .noneMatch(
            type -> type.group().equals(labels.get(0)) && type.plural().equals(labels.get(1)));
  }

  /**
   * @param group index of the label of the group, which those of version and resource follow
   */
  private void drop(StatefulMetric<?, ?> metric, int group) {
    metric.removeIf(
        labels ->
            !labels.get(group + 2).isEmpty()
                && !isServed(labels.get(group), labels.get(group + 1), labels.get(group + 2)));
  }

  private boolean isServed(String group, String version, String resource) {
    return served.get().find(group, version, resource) != null;
  }

  /**
   * Called after a series of a known type may have been added: whoever removed the type before this
   * look at the registry may have dropped its series already.
   */
  private void counted(RequestInfo info) {
    if (!isServed(info.group(), info.version(), info.resource())) {
      dropUnserved();
    }
  }

  /**
   * The counters of one watch; {@link Watch#ended} must be called once.
   *
   * @param sharded whether it is a watch of a shard
   */
  public Watch watch(RequestInfo info, boolean sharded) {
    return new Watch(info, sharded);
  }

  /** The counters of one watch. */
  public final class Watch implements WatchMetrics {
    private final CounterDataPoint events;
    private final CounterDataPoint bytes;
    private final CounterDataPoint initial;
    private final GaugeDataPoint open;
    private final @Nullable GaugeDataPoint openOfShard;
    private final @Nullable CounterDataPoint filtered;
    private final RequestInfo info;
    private final long started = System.nanoTime();

    private Watch(RequestInfo info, boolean sharded) {
      this.info = info;
      events = watchEvents.labelValues(info.group(), info.version(), info.resource());
      bytes = watchBytes.labelValues(info.group(), info.version(), info.resource());
      initial = initialEvents.labelValues(info.group(), info.resource());
      open =
          longRunning.labelValues(
              "WATCH", info.group(), info.version(), info.resource(), "", scope(info), COMPONENT);
      open.inc();
      openOfShard = sharded ? shardWatches.labelValues(info.group(), info.resource()) : null;
      filtered = sharded ? shardFiltered.labelValues(info.group(), info.resource()) : null;
      if (openOfShard != null) {
        openOfShard.inc();
      }
      counted(info);
    }

    @Override
    public void event(int size, boolean isInitial) {
      events.inc();
      bytes.inc(size);
      if (isInitial) {
        initial.inc();
      }
    }

    @Override
    public void initial(boolean difference) {
      initialStreams
          .labelValues(info.group(), info.resource(), difference ? "difference" : "full")
          .inc();
      counted(info);
    }

    @Override
    public void unchanged(int objects) {
      unchangedObjects.labelValues(info.group(), info.resource()).inc(objects);
      counted(info);
    }

    @Override
    public void ofAnotherShard() {
      if (filtered != null) {
        filtered.inc();
      }
    }

    @Override
    public void initialDone() {
      watchListDuration
          .labelValues(info.group(), info.version(), info.resource(), scope(info))
          .observe((System.nanoTime() - started) / 1e9);
      counted(info);
    }

    @Override
    public void ended() {
      open.dec();
      if (openOfShard != null) {
        openOfShard.dec();
      }
    }
  }

  private static String verb(RequestInfo info) {
    return switch (info.verb()) {
      case "create" -> "POST";
      case "update" -> "PUT";
      case "deletecollection" -> "DELETECOLLECTION";
      default -> info.verb().toUpperCase(Locale.ROOT);
    };
  }

  private static String nonResource(RequestInfo info) {
    // Only served paths become labels; otherwise clients could create any number of them.
    int end = info.path().indexOf('/', 1);
    String first = end < 0 ? info.path() : info.path().substring(0, end);
    return switch (first) {
      case "/healthz", "/livez", "/readyz", "/metrics", "/version", "/api", "/apis", "/openapi" ->
          first;
      default -> "other";
    };
  }

  private static String scope(RequestInfo info) {
    if (info.name() != null) {
      return "resource";
    }
    return info.namespace() != null ? "namespace" : "cluster";
  }
}
