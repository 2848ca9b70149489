package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.ResourceCache;
import dev.rheo.cache.Scope;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events live as long as the server is told, in both of their groups. */
@Timeout(60)
class EventExpiryTest {
  private static final String IN_CORE = "events";
  private static final String IN_EVENTS = "events.k8s.io/v1/events";

  @TempDir Path directory;
  private Instant time = Instant.parse("2026-01-02T03:04:05Z");
  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(directory, new MemoryRevisionStore(() -> time), new Random(1));
    cluster.namespace("ns");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void pass(Duration duration) throws StoreException {
    time = time.plus(duration);
    while (cluster.store.expire(100)) {
      // Until nothing is due.
    }
  }

  private void event(String name) {
    cluster.create(
        IN_CORE,
        "ns",
        "{'metadata':{'name':'%s'},'involvedObject':{'namespace':'ns'},'reason':'R'}"
            .formatted(name));
  }

  @Test
  void anEventIsGoneAfterAnHour() throws Exception {
    event("first");
    cluster.create(
        IN_EVENTS,
        "ns",
        ("{'metadata':{'name':'second'},'regarding':{'namespace':'ns'},'reason':'R','type':'Normal',"
            + "'action':'a','reportingController':'example.com/c','reportingInstance':'i',"
            + "'eventTime':'2026-01-02T03:04:05.000000Z'}"));
    cluster.create("configmaps", "ns", "{'metadata':{'name':'other'}}");
    pass(Cluster.EVENT_TTL.minusMillis(1));
    assertThat(cluster.stored(IN_CORE, "ns", "first")).isNotNull();
    assertThat(cluster.stored(IN_EVENTS, "ns", "second")).isNotNull();
    pass(Duration.ofMillis(1));
    assertThat(cluster.stored(IN_CORE, "ns", "first")).isNull();
    assertThat(cluster.stored(IN_EVENTS, "ns", "second")).isNull();
    pass(Duration.ofDays(365));
    assertThat(cluster.stored("configmaps", "ns", "other")).isNotNull();
  }

  @Test
  void anUpdateInEitherGroupRenewsTheTime() throws Exception {
    event("updated");
    event("patched");
    event("unchanged");
    pass(Duration.ofMinutes(40));
    JsonNode event = cluster.stored(IN_CORE, "ns", "updated");
    ((ObjectNode) event).put("count", 2);
    ((ObjectNode) event.path("metadata")).remove("resourceVersion");
    cluster.update(IN_CORE, "ns", "updated", event);
    cluster.patch(
        cluster.path(IN_EVENTS, "ns", "patched"),
        "application/merge-patch+json",
        "{'metadata':{'labels':{'a':'b'}}}");
    cluster.patch(
        cluster.path(IN_CORE, "ns", "unchanged"), "application/merge-patch+json", "{'reason':'R'}");
    pass(Duration.ofMinutes(20));
    assertThat(cluster.stored(IN_CORE, "ns", "unchanged")).isNull();
    assertThat(cluster.stored(IN_CORE, "ns", "updated")).isNotNull();
    assertThat(cluster.stored(IN_CORE, "ns", "patched")).isNotNull();
    pass(Duration.ofMinutes(40));
    assertThat(cluster.stored(IN_CORE, "ns", "updated")).isNull();
    assertThat(cluster.stored(IN_CORE, "ns", "patched")).isNull();
  }

  @Test
  void watchersSeeADeletionOfEach() throws Exception {
    event("a");
    event("b");
    cluster.settle();
    ResourceCache events = cluster.cache.resource("events");
    try (EventReader reader = events.events(cluster.revision(), Scope.ALL)) {
      pass(Cluster.EVENT_TTL);
      cluster.settle();
      List<String> deleted = new ArrayList<>();
      long last = 0;
      for (CacheEvent event = reader.next(); event != null; event = reader.next()) {
        assertThat(event.current()).isNull();
        assertThat(event.revision()).isGreaterThan(last);
        last = event.revision();
        deleted.add(event.previous().name());
      }
      assertThat(deleted).containsExactlyInAnyOrder("a", "b");
      assertThat(events.snapshot().size()).isZero();
    }
  }
}
