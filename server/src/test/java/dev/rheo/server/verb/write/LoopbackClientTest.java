package dev.rheo.server.verb.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoopbackClientTest {
  @TempDir Path spool;

  @Test
  void changesOfOneObjectAreAllKept() throws Exception {
    try (Cluster cluster = new Cluster(spool);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      cluster.namespace("ns");
      cluster.create("configmaps", "ns", "{'metadata':{'name':'a'}}");
      ObjectPath path = cluster.path("configmaps", "ns", "a");
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String key = "k" + i;
        writers.add(
            threads.submit(
                () ->
                    cluster.client.update(
                        path,
                        map -> {
                          map.withObject("data").put(key, "v");
                          return true;
                        })));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      assertThat(cluster.stored("configmaps", "ns", "a").get("data")).hasSize(20);
    }
  }

  @Test
  void withoutAChangeNothingIsWritten() {
    try (Cluster cluster = new Cluster(spool)) {
      cluster.namespace("ns");
      long before = cluster.revision();
      cluster.client.update(
          cluster.path("namespaces", "", "ns"),
          namespace -> {
            namespace.withObject("metadata").withObject("labels").put("a", "b");
            return false;
          });
      assertThat(cluster.revision()).isEqualTo(before);
    }
  }

  @Test
  void whatIsNotThereCannotBeChanged() {
    try (Cluster cluster = new Cluster(spool)) {
      ObjectPath path = cluster.path("namespaces", "", "none");
      assertThat(cluster.client.get(path)).isNull();
      assertThatThrownBy(() -> cluster.client.update(path, _ -> true))
          .hasMessage("namespaces \"none\" not found");
    }
  }

  @Test
  void aTreeThatWasGotIsTheCallers() {
    try (Cluster cluster = new Cluster(spool)) {
      cluster.namespace("ns");
      ObjectPath path = cluster.path("namespaces", "", "ns");
      ObjectNode first = cluster.client.get(path);
      first.removeAll();
      assertThat(cluster.client.get(path).at("/metadata/name").asText()).isEqualTo("ns");
    }
  }
}
