package dev.rheo.server.controller.garbage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.codec.io.Meter;
import dev.rheo.server.verb.write.Cluster;
import dev.rheo.testing.Await;
import java.nio.file.Path;

/** A server without the edge whose garbage is collected. */
final class Garbage implements AutoCloseable {
  final Cluster cluster;
  final GarbageCollector collector;

  Garbage(Path directory) {
    this(new Cluster(directory), 10_000);
    start();
  }

  /**
   * Not started yet.
   *
   * @param noted how many objects are noted at most
   */
  Garbage(Cluster cluster, int noted) {
    this.cluster = cluster;
    cluster.namespace("ns");
    cluster.namespace("other");
    this.collector =
        new GarbageCollector(
            cluster.client,
            cluster.cache,
            () -> cluster.registry,
            () -> cluster.now,
            Free::new,
            noted);
  }

  void start() {
    collector.start();
    settle();
  }

  /** A meter without a limit. */
  private static final class Free extends Meter {
    @Override
    protected void onCharge(long bytes) {}

    @Override
    protected void onCheck() {}
  }

  /** Waits until nothing is left to do. */
  void settle() {
    Await.until("the garbage is collected", () -> collector.isIdle(cluster.revision()));
  }

  /** Creates a ConfigMap and returns its uid. */
  String create(String namespace, String name, String... owners) {
    return make("configmaps", namespace, name, "", owners);
  }

  /**
   * Creates an object of any resource and returns its uid.
   *
   * @param finalizer none if empty
   * @param owners references in JSON
   */
  String make(String resource, String namespace, String name, String finalizer, String... owners) {
    JsonNode created =
        cluster.create(
            resource,
            namespace,
            "{'metadata':{'name':'%s','finalizers':[%s],'ownerReferences':[%s]}%s}"
                .formatted(
                    name,
                    finalizer.isEmpty() ? "" : "'" + finalizer + "'",
                    String.join(",", owners),
                    spec(resource)));
    return created.path("metadata").path("uid").asText();
  }

  private static String spec(String resource) {
    return switch (resource) {
      case "persistentvolumes" ->
          ",'spec':{'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteMany'],"
              + "'hostPath':{'path':'/foo'}}";
      case "pods" -> ",'spec':{'containers':[{'name':'c','image':'i'}]}";
      case "replicationcontrollers" ->
          ",'spec':{'replicas':0,'selector':{'a':'b'},'template':{'metadata':{'labels':{'a':'b'}},"
              + "'spec':{'containers':[{'name':'c','image':'i'}]}}}";
      default -> "";
    };
  }

  static String owner(String apiVersion, String kind, String name, String uid, boolean blocks) {
    return "{'apiVersion':'%s','kind':'%s','name':'%s','uid':'%s','blockOwnerDeletion':%s}"
        .formatted(apiVersion, kind, name, uid, blocks);
  }

  static String owner(String name, String uid) {
    return owner("v1", "ConfigMap", name, uid, false);
  }

  static String blocking(String name, String uid) {
    return owner("v1", "ConfigMap", name, uid, true);
  }

  void delete(String resource, String namespace, String name, String policy) {
    cluster.client.delete(
        cluster.path(resource, namespace, name),
        new DeleteOptions(null, policy.isEmpty() ? null : policy, null, null, null, false));
  }

  void delete(String namespace, String name, String policy) {
    delete("configmaps", namespace, name, policy);
  }

  boolean exists(String namespace, String name) {
    return exists("configmaps", namespace, name);
  }

  boolean exists(String resource, String namespace, String name) {
    return cluster.stored(resource, namespace, name) != null;
  }

  JsonNode metadata(String namespace, String name) {
    return metadata("configmaps", namespace, name);
  }

  JsonNode metadata(String resource, String namespace, String name) {
    return cluster.stored(resource, namespace, name).path("metadata");
  }

  void removeFinalizers(String resource, String namespace, String name) {
    cluster.patch(
        cluster.path(resource, namespace, name),
        "application/json-patch+json",
        "[{'op':'remove','path':'/metadata/finalizers'}]");
  }

  void removeFinalizer(String resource, String namespace, String name, String finalizer) {
    cluster.client.update(
        cluster.path(resource, namespace, name),
        object -> {
          ArrayNode finalizers = (ArrayNode) object.path("metadata").path("finalizers");
          finalizers.removeIf(one -> one.asText().equals(finalizer));
          return true;
        });
  }

  @Override
  public void close() {
    collector.close();
    cluster.close();
  }
}
