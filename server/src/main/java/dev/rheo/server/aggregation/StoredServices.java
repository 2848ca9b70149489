package dev.rheo.server.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.outbound.ServiceObjects;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Services and their EndpointSlices: which there are by the watch cache, their content by the
 * store.
 */
public final class StoredServices implements ServiceObjects {
  /** The label by which an EndpointSlice names its Service. */
  public static final String SERVICE_NAME = "kubernetes.io/service-name";

  private final LoopbackClient client;
  private final WatchCache cache;
  private final ResourceType services;
  private final ResourceType slices;

  /**
   * @param registry has the built-in types
   */
  public StoredServices(LoopbackClient client, WatchCache cache, ResourceRegistry registry) {
    this.client = client;
    this.cache = cache;
    this.services = registry.get("", "v1", "services");
    this.slices = registry.get("discovery.k8s.io", "v1", "endpointslices");
  }

  @Override
  public @Nullable ObjectNode service(String namespace, String name) {
    return client.get(ObjectPath.of(services, namespace, name));
  }

  @Override
  public List<ObjectNode> slices(String namespace, String name) {
    List<ObjectNode> found = new ArrayList<>();
    EntryCursor entries =
        cache.resource(slices.storage().name()).snapshot().entries(namespace + "/", null);
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      if (name.equals(entry.labels().get(SERVICE_NAME))) {
        ObjectNode slice = client.get(ObjectPath.of(slices, namespace, entry.name()));
        if (slice != null) {
          found.add(slice);
        }
      }
    }
    return found;
  }
}
