package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.resource.type.WriteContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A write that is tried again after another one. */
class CommitterTest {
  @TempDir Path spool;

  @Test
  void theLastAttemptAloneGivesWarnings() {
    try (Cluster cluster = new Cluster(spool)) {
      cluster.namespace("ns");
      cluster.create("configmaps", "ns", "{'metadata':{'name':'a'},'data':{'k':'1'}}");
      cluster.settle();
      ObjectPath path = cluster.path("configmaps", "ns", "a");
      WriteContext context = WriteContext.at(Instant.EPOCH);
      context.warn("of the request");
      List<String> seen = new ArrayList<>();

      committer(cluster)
          .run(
              path,
              false,
              context,
              (version, fresh) -> {
                ObjectNode object = version.tree();
                String value = object.path("data").path("k").textValue();
                seen.add(value);
                context.warn("k is " + value);
                if (value.equals("1")) { // another write comes first
                  cluster.patch(path, "application/merge-patch+json", "{'data':{'k':'2'}}");
                }
                ((ObjectNode) object.path("data")).put("k", value + "3");
                return new Outcome.Put(object);
              });

      assertThat(seen).containsExactly("1", "2");
      assertThat(context.warnings()).containsExactly("of the request", "k is 2");
    }
  }

  private static Committer committer(Cluster cluster) {
    InstantSource clock = () -> Instant.EPOCH;
    Allocations allocations =
        new Allocations(
            cluster.allocator,
            cluster.store,
            cluster.registry,
            new Ownership(cluster.served),
            new Uids(new Random(1)),
            clock);
    Versions versions = new Versions(cluster.store, cluster.cache);
    return new Committer(cluster.store, versions, () -> true, Duration.ZERO, allocations);
  }
}
