package dev.rheo.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.edge.EdgeStats;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreHealth;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each figure appears under its name: the figures are all different. */
class PartMetricsTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PartMetrics metrics = new PartMetrics(registry);

  private Map<String, Double> figures() throws Exception {
    return new String(new MetricsPage(registry).bytes(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" "))
        .collect(Collectors.toMap(parts -> parts[0], parts -> Double.valueOf(parts[1])));
  }

  @Test
  void ofTheStore() throws Exception {
    metrics.store(
        () -> new RevisionStore.Stats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), () -> StoreHealth.OK);
    assertThat(figures())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("rheo_store_disk_bytes", 2.0),
                Map.entry("rheo_store_memory_bytes", 3.0),
                Map.entry("rheo_store_commits_total", 4.0),
                Map.entry("rheo_store_syncs_total", 5.0),
                Map.entry("rheo_store_waiting_calls", 6.0),
                Map.entry("rheo_store_tail_bytes", 7.0),
                Map.entry("rheo_store_queued_bytes", 8.0),
                Map.entry("rheo_store_open_reads", 9.0),
                Map.entry("rheo_store_pruned_revision", 10.0),
                Map.entry("rheo_store_pruned_changes_total", 11.0),
                Map.entry("rheo_store_expired_keys_total", 12.0),
                Map.entry("rheo_store_condition{condition=\"ok\"}", 1.0),
                Map.entry("rheo_store_condition{condition=\"unwritable\"}", 0.0),
                Map.entry("rheo_store_condition{condition=\"damaged\"}", 0.0)));
  }

  @Test
  void ofTheGarbageCollector() throws Exception {
    metrics.garbage(() -> new PartMetrics.Garbage(1, 2, 3, 4, 5));
    assertThat(figures())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "rheo_gc_references", 1.0,
                "rheo_gc_reference_bytes", 2.0,
                "rheo_gc_pending", 3.0,
                "rheo_gc_deleted_total", 4.0,
                "rheo_gc_orphaned_total", 5.0));
  }

  @Test
  void ofTheEdge() throws Exception {
    metrics.edge(
        () ->
            new EdgeStats(
                "nio",
                "jdk",
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                8,
                Map.of("outgoing", new EdgeStats.Usage(9, 10)),
                Map.of("shared", 11L),
                Map.of("idle", 12L),
                Map.of("calm", 13L)));
    assertThat(figures())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("rheo_edge_connections", 1.0),
                Map.entry("rheo_edge_accepted_connections_total", 2.0),
                Map.entry("rheo_edge_streams", 3.0),
                Map.entry("rheo_edge_received_bytes_total", 6.0),
                Map.entry("rheo_edge_sent_bytes_total", 7.0),
                Map.entry("rheo_edge_pump_turns_total", 8.0),
                Map.entry("rheo_budget_used_bytes{budget=\"outgoing\"}", 9.0),
                Map.entry("rheo_budget_limit_bytes{budget=\"outgoing\"}", 10.0),
                Map.entry("rheo_edge_stalls_total{kind=\"shared\"}", 11.0),
                Map.entry("rheo_edge_timeouts_total{cause=\"idle\"}", 12.0),
                Map.entry("rheo_edge_refusals_total{cause=\"calm\"}", 13.0)));
  }
}
