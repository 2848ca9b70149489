package dev.rheo.server.metrics;

import dev.rheo.cache.CacheStats;
import dev.rheo.edge.EdgeStats;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreHealth;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The figures of the edge, the watch cache and the store. They are read when metrics are scraped
 * and cost nothing otherwise. Every buffer that can grow is shown as {@code rheo_budget_used_bytes}
 * beside {@code rheo_budget_limit_bytes}.
 */
public final class PartMetrics {

  private final PrometheusRegistry registry;

  public PartMetrics(PrometheusRegistry registry) {
    this.registry = registry;
  }

  public void edge(Supplier<EdgeStats> edge) {
    gauge("rheo_edge_connections", "Open connections.", edge, EdgeStats::connections);
    counter(
        "rheo_edge_accepted_connections",
        "Connections accepted.",
        edge,
        EdgeStats::connectionsTotal);
    gauge(
        "rheo_edge_streams",
        "Requests that are not answered completely.",
        edge,
        EdgeStats::streams);
    counter(
        "rheo_edge_received_bytes", "Bytes that connections brought.", edge, EdgeStats::bytesIn);
    counter("rheo_edge_sent_bytes", "Body bytes handed to connections.", edge, EdgeStats::bytesOut);
    counter("rheo_edge_pump_turns", "Turns of the pump.", edge, EdgeStats::turns);
    budgets(edge);
    counters(
        "rheo_edge_stalls",
        "Streams ended because their peer took nothing.",
        "kind",
        edge,
        EdgeStats::stallsEnded);
    counters(
        "rheo_edge_timeouts",
        "Connections and requests ended by a time limit.",
        "cause",
        edge,
        EdgeStats::timeouts);
    counters(
        "rheo_edge_refusals",
        "Connections and requests refused.",
        "cause",
        edge,
        EdgeStats::refusals);
  }

  /** The limits on the requests that run at once. */
  public void seats(Supplier<SeatStats> seats) {
    labelled(
        "apiserver_current_inflight_requests",
        "Requests that hold a seat.",
        "request_kind",
        () -> {
          SeatStats stats = seats.get();
          return Map.of("readOnly", stats.reads(), "mutating", stats.writes());
        });
    CounterWithCallback.builder()
        .name("rheo_seat_refusals_total")
        .help("Requests refused because no seat became free.")
        .labelNames("request_kind")
        .callback(
            c -> {
              SeatStats stats = seats.get();
              c.call(stats.refusedReads(), "readOnly");
              c.call(stats.refusedWrites(), "mutating");
            })
        .register(registry);
  }

  /**
   * The figures of the garbage collector.
   *
   * @param references the references from dependents to owners that it knows
   * @param bytes the heap that these take
   * @param pending the objects that wait to be looked at
   * @param deleted the objects that it has deleted
   * @param orphaned the references that it has removed because their owners orphan
   */
  public record Garbage(long references, long bytes, long pending, long deleted, long orphaned) {
    /** Those of a server without a garbage collector. */
    public static final Garbage NONE = new Garbage(0, 0, 0, 0, 0);
  }

  public void garbage(Supplier<Garbage> garbage) {
    gauge("rheo_gc_references", "Known owner references.", garbage, Garbage::references);
    gauge(
        "rheo_gc_reference_bytes",
        "The heap that owner references take, within the budget of the index.",
        garbage,
        Garbage::bytes);
    gauge("rheo_gc_pending", "Objects whose owners wait to be checked.", garbage, Garbage::pending);
    counter("rheo_gc_deleted", "Objects deleted for want of owners.", garbage, Garbage::deleted);
    counter(
        "rheo_gc_orphaned",
        "Owner references removed because the owner orphans.",
        garbage,
        Garbage::orphaned);
  }

  /** The verification of tokens. */
  public void tokens(Supplier<TokenStats> tokens) {
    gauge(
        "rheo_tokens_remembered",
        "Tokens of service accounts whose verification is remembered.",
        tokens,
        TokenStats::remembered);
    gauge("rheo_tokens_remembered_bytes", "Heap of these.", tokens, TokenStats::bytes);
    gauge(
        "rheo_tokens_remembered_limit_bytes",
        "The most that these may take.",
        tokens,
        TokenStats::limitBytes);
    gauge("rheo_tokens_waiting", "Tokens that wait to be verified.", tokens, TokenStats::waiting);
    counter(
        "rheo_tokens_signatures_verified",
        "Signatures of tokens that were verified.",
        tokens,
        TokenStats::signatures);
    counter(
        "rheo_tokens_refusals",
        "Tokens refused because too many waited to be verified.",
        tokens,
        TokenStats::refusals);
  }

  /** The snapshots of the store that are sent. */
  public void snapshots(Supplier<SnapshotStats> snapshots) {
    gauge(
        "rheo_snapshots_running",
        "Snapshots of the store that are being sent.",
        snapshots,
        SnapshotStats::running);
    counter(
        "rheo_snapshots_sent_bytes",
        "Bytes of snapshots of the store that were sent.",
        snapshots,
        SnapshotStats::sentBytes);
    CounterWithCallback.builder()
        .name("rheo_snapshots_total")
        .help("Snapshots of the store that were asked for, by how they ended.")
        .labelNames("result")
        .callback(c -> snapshots.get().ended().forEach((result, count) -> c.call(count, result)))
        .register(registry);
  }

  private void forms(Supplier<CacheStats> cache) {
    gauge("rheo_forms", "Derived forms that are there.", cache, stats -> stats.forms().count());
    gauge("rheo_forms_bytes", "Bytes of their files.", cache, stats -> stats.forms().bytes());
    gauge(
        "rheo_forms_index_bytes",
        "Heap of their index.",
        cache,
        stats -> stats.forms().heapBytes());
    gauge(
        "rheo_forms_pending",
        "Derived forms that are being made or waited for.",
        cache,
        stats -> stats.forms().pending());
    counter("rheo_forms_made", "Derived forms made.", cache, stats -> stats.forms().made());
    counter(
        "rheo_forms_made_bytes",
        "Bytes of the derived forms made.",
        cache,
        stats -> stats.forms().madeBytes());
    counter(
        "rheo_forms_making_seconds",
        "Time that making derived forms took.",
        cache,
        stats -> stats.forms().makingNanos() / 1e9);
    counter(
        "rheo_forms_failures",
        "Derived forms that could not be made.",
        cache,
        stats -> stats.forms().failures());
    counter(
        "rheo_forms_evicted_files",
        "Files of derived forms given up for the budget, or because they were mostly dead.",
        cache,
        stats -> stats.forms().evictedFiles());
  }

  public void cache(Supplier<CacheStats> cache) {
    gauge(
        "rheo_cache_revision",
        "Revision up to which every change is applied.",
        cache,
        CacheStats::revision);
    gauge(
        "rheo_cache_lag_revisions",
        "Revisions of the store that are not applied yet.",
        cache,
        stats -> Math.max(0, stats.storeRevision() - stats.revision()));
    counter(
        "rheo_cache_rebuilds",
        "How often the cache was built from the store.",
        cache,
        CacheStats::rebuilds);
    gauge(
        "rheo_cache_undecodable_objects",
        "Values that were passed over.",
        cache,
        CacheStats::undecodable);
    gauge(
        "rheo_cache_unreadable_objects",
        "Objects that cannot be decrypted, at most 1000 counted for each resource.",
        cache,
        CacheStats::unreadable);
    gauge("rheo_spool_bytes", "Bytes of the spool's files.", cache, CacheStats::spoolBytes);
    gauge(
        "rheo_spool_unlinked_bytes",
        "Bytes that only slow readers keep.",
        cache,
        CacheStats::unlinkedBytes);
    gauge("rheo_spool_live_bytes", "Bytes of present objects.", cache, CacheStats::liveBytes);
    gauge(
        "rheo_spool_history_bytes",
        "Bytes of superseded versions.",
        cache,
        CacheStats::historyBytes);
    gauge("rheo_spool_segments", "Files of the spool.", cache, CacheStats::segments);
    counter(
        "rheo_spool_segments_cleaned",
        "Files given back by cleaning.",
        cache,
        CacheStats::segmentsCleaned);
    counter(
        "rheo_spool_errors",
        "Failed reads and writes of the spool.",
        cache,
        CacheStats::spoolErrors);
    gauge(
        "rheo_spool_pending_loads",
        "Reads that wait for the disk.",
        cache,
        CacheStats::pendingLoads);
    gauge(
        "rheo_cache_hot_bytes",
        "Recently written bytes kept on the heap.",
        cache,
        CacheStats::hotBytes);
    gauge("rheo_cache_log_bytes", "Heap of the event logs.", cache, CacheStats::logBytes);
    gauge("rheo_cache_decoded_events", "Events kept decoded.", cache, CacheStats::decodedEvents);
    gauge(
        "rheo_cache_snapshot_bytes",
        "Heap of remembered snapshots.",
        cache,
        CacheStats::snapshotBytes);
    gauge(
        "rheo_cache_waiting_readers",
        "Watches that wait for an event.",
        cache,
        CacheStats::waitingReaders);
    forms(cache);
    resources(
        "apiserver_storage_objects", "Objects by resource.", cache, CacheStats.Resource::objects);
    objects(cache);
    resources(
        "rheo_cache_events", "Events in the log by resource.", cache, CacheStats.Resource::events);
    resources(
        "rheo_cache_object_bytes",
        "Bytes of the present objects by resource.",
        cache,
        CacheStats.Resource::bytes);
  }

  public void store(Supplier<RevisionStore.Stats> store, Supplier<StoreHealth> health) {
    labelled(
        "rheo_store_condition",
        "1 for the condition that the store is in: ok, unwritable (heals) or damaged (for good).",
        "condition",
        () -> {
          Map<String, Long> conditions = new TreeMap<>();
          StoreHealth.Condition now = health.get().condition();
          for (StoreHealth.Condition each : StoreHealth.Condition.values()) {
            conditions.put(each.name().toLowerCase(Locale.ROOT), each == now ? 1L : 0L);
          }
          return conditions;
        });
    gauge(
        "rheo_store_disk_bytes",
        "What the store occupies on disk.",
        store,
        RevisionStore.Stats::diskBytes);
    gauge(
        "rheo_store_memory_bytes",
        "What the store holds outside the heap.",
        store,
        RevisionStore.Stats::memoryBytes);
    gauge(
        "rheo_store_waiting_calls",
        "Calls of requests that wait for a thread that may wait for the disk.",
        store,
        RevisionStore.Stats::waitingCalls);
    gauge(
        "rheo_store_tail_bytes",
        "Recent changes on the heap, kept for watches.",
        store,
        RevisionStore.Stats::tailBytes);
    gauge(
        "rheo_store_queued_bytes",
        "Commits that wait for the one being written.",
        store,
        RevisionStore.Stats::queuedBytes);
    gauge(
        "rheo_store_open_reads",
        "Reads whose revision is kept from being pruned.",
        store,
        RevisionStore.Stats::openReads);
    gauge(
        "rheo_store_pruned_revision",
        "Compacted history is deleted up to this revision.",
        store,
        RevisionStore.Stats::prunedRevision);
    counter(
        "rheo_store_pruned_changes",
        "Changes of compacted history that were deleted.",
        store,
        RevisionStore.Stats::prunedChanges);
    counter(
        "rheo_store_expired_keys",
        "Keys deleted because their time to live was over.",
        store,
        RevisionStore.Stats::expiredKeys);
    counter("rheo_store_commits", "Commits.", store, RevisionStore.Stats::commits);
    counter(
        "rheo_store_syncs",
        "Synchronous writes of the log: commits in a group share one.",
        store,
        RevisionStore.Stats::syncs);
  }

  private <T> void gauge(String name, String help, Supplier<T> stats, ToDoubleFunction<T> value) {
    ProcessMetrics.gauge(registry, name, help, () -> value.applyAsDouble(stats.get()));
  }

  private <T> void counter(String name, String help, Supplier<T> stats, ToDoubleFunction<T> value) {
    CounterWithCallback.builder()
        .name(name + "_total")
        .help(help)
        .callback(c -> c.call(value.applyAsDouble(stats.get())))
        .register(registry);
  }

  private void labelled(
      String name, String help, String label, Supplier<Map<String, Long>> values) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(label)
        .callback(c -> values.get().forEach((k, v) -> c.call(v, k)))
        .register(registry);
  }

  private void counters(
      String name,
      String help,
      String label,
      Supplier<EdgeStats> edge,
      Function<EdgeStats, Map<String, Long>> values) {
    CounterWithCallback.builder()
        .name(name + "_total")
        .help(help)
        .labelNames(label)
        .callback(c -> values.apply(edge.get()).forEach((k, v) -> c.call(v, k)))
        .register(registry);
  }

  private void budgets(Supplier<EdgeStats> edge) {
    labelled(
        "rheo_budget_used_bytes",
        "Bytes that a budget holds now.",
        "budget",
        () -> figures(edge.get(), EdgeStats.Usage::used));
    labelled(
        "rheo_budget_limit_bytes",
        "Bytes that a budget may hold.",
        "budget",
        () -> figures(edge.get(), EdgeStats.Usage::limit));
  }

  private static Map<String, Long> figures(
      EdgeStats stats, Function<EdgeStats.Usage, Long> figure) {
    Map<String, Long> figures = new TreeMap<>();
    stats.budgets().forEach((name, usage) -> figures.put(name, figure.apply(usage)));
    return figures;
  }

  /** The number of objects under the name that kube-apiserver uses since 1.34. */
  private void objects(Supplier<CacheStats> cache) {
    GaugeWithCallback.builder()
        .name("apiserver_resource_objects")
        .help("Objects by group and resource.")
        .labelNames("group", "resource")
        .callback(
            c -> {
              for (CacheStats.Resource resource : cache.get().resources()) {
                int dot = resource.name().indexOf('.');
                String plural = dot < 0 ? resource.name() : resource.name().substring(0, dot);
                String group = dot < 0 ? "" : resource.name().substring(dot + 1);
                c.call(resource.objects(), group, plural);
              }
            })
        .register(registry);
  }

  private void resources(
      String name,
      String help,
      Supplier<CacheStats> cache,
      ToDoubleFunction<CacheStats.Resource> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("resource")
        .callback(
            c -> {
              for (CacheStats.Resource resource : cache.get().resources()) {
                c.call(value.applyAsDouble(resource), resource.name());
              }
            })
        .register(registry);
  }
}
