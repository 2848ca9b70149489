package dev.rheo.server.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the Service {@code kubernetes}, by which clients in the cluster reach the servers, and its
 * endpoints, which are the addresses of the servers that run. As upstream, the Service is created
 * once; Endpoints and EndpointSlice are corrected whenever they differ.
 */
public final class KubernetesService implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KubernetesService.class.getName());

  private static final String NAMESPACE = "default";
  private static final String NAME = "kubernetes";
  private static final String PORT_NAME = "https";
  private static final int PORT = 443;

  private final ServerObjects objects;
  private final String clusterIp;
  private final int port;
  private final @Nullable String own;
  private final RunningServers servers;

  /**
   * @param clusterIp the first address of the default range
   * @param port the port on which the server listens
   * @param address an address of the server that others can reach, or null if there is none: the
   *     Service then has no endpoints of this server
   * @param servers who else runs
   */
  public KubernetesService(
      LoopbackClient client,
      Supplier<ResourceRegistry> served,
      String clusterIp,
      int port,
      @Nullable String address,
      RunningServers servers) {
    this.objects = new ServerObjects(client, served);
    this.clusterIp = clusterIp;
    this.port = port;
    this.own = address;
    this.servers = servers;
  }

  /** Makes the objects what they must be. Not thread-safe. */
  public void run() {
    ResourceType services = objects.type("", "services");
    objects.ensure(ObjectPath.of(services, NAMESPACE, NAME), () -> service(services), _ -> false);
    publish(servers.addresses(own, true));
  }

  private ObjectNode service(ResourceType type) {
    ObjectNode service = ServerObjects.named(type, NAME);
    Trees.metadata(service)
        .putObject("labels")
        .put("component", "apiserver")
        .put("provider", "kubernetes");
    ObjectNode spec = service.putObject("spec");
    spec.put("clusterIP", clusterIp)
        .put("ipFamilyPolicy", "SingleStack")
        .put("sessionAffinity", "None")
        .put("type", "ClusterIP");
    spec.putArray("ports")
        .addObject()
        .put("name", PORT_NAME)
        .put("protocol", "TCP")
        .put("port", PORT)
        .put("targetPort", port);
    return service;
  }

  private void publish(List<String> addresses) {
    ResourceType endpoints = objects.type("", "endpoints");
    ObjectNode wanted = ServerObjects.asStored(endpoints(endpoints, addresses));
    objects.ensure(
        ObjectPath.of(endpoints, NAMESPACE, NAME),
        wanted::deepCopy,
        present ->
            replaced(present, wanted, "subsets")
                | label(present, "endpointslice.kubernetes.io/skip-mirror", "true"));
    ResourceType slices = objects.type("discovery.k8s.io", "endpointslices");
    ObjectPath path = ObjectPath.of(slices, NAMESPACE, NAME);
    ObjectNode slice = ServerObjects.asStored(slice(slices, addresses));
    ObjectNode present = objects.client().get(path);
    if (present != null && differs(present, slice, "addressType")) {
      // The type of a slice cannot be changed.
      objects.client().delete(path);
    }
    objects.ensure(
        path,
        slice::deepCopy,
        live ->
            replaced(live, slice, "endpoints")
                | replaced(live, slice, "ports")
                | label(live, "kubernetes.io/service-name", NAME));
  }

  private ObjectNode endpoints(ResourceType type, List<String> addresses) {
    ObjectNode object = ServerObjects.named(type, NAME);
    Trees.metadata(object)
        .putObject("labels")
        .put("endpointslice.kubernetes.io/skip-mirror", "true");
    if (!addresses.isEmpty()) {
      ObjectNode subset = object.putArray("subsets").addObject();
      ArrayNode all = subset.putArray("addresses");
      addresses.forEach(address -> all.addObject().put("ip", address));
      port(subset);
    }
    return object;
  }

  private ObjectNode slice(ResourceType type, List<String> addresses) {
    ObjectNode object = ServerObjects.named(type, NAME);
    Trees.metadata(object).putObject("labels").put("kubernetes.io/service-name", NAME);
    boolean six = !addresses.isEmpty() && addresses.getFirst().indexOf(':') >= 0;
    object.put("addressType", six ? "IPv6" : "IPv4");
    ArrayNode endpoints = object.putArray("endpoints");
    for (String address : addresses) {
      ObjectNode one = endpoints.addObject();
      one.putArray("addresses").add(address);
      one.putObject("conditions").put("ready", true);
    }
    if (!addresses.isEmpty()) {
      port(object);
    }
    return object;
  }

  private void port(ObjectNode of) {
    of.putArray("ports")
        .addObject()
        .put("name", PORT_NAME)
        .put("port", port)
        .put("protocol", "TCP");
  }

  private static boolean differs(ObjectNode present, ObjectNode wanted, String field) {
    return !Trees.same(present.get(field), wanted.get(field));
  }

  private static boolean replaced(ObjectNode present, ObjectNode wanted, String field) {
    if (!differs(present, wanted, field)) {
      return false;
    }
    JsonNode value = wanted.get(field);
    if (value == null) {
      present.remove(field);
    } else {
      present.set(field, value.deepCopy());
    }
    return true;
  }

  private static boolean label(ObjectNode present, String label, String value) {
    ObjectNode labels = Trees.need(Trees.metadata(present), "labels");
    boolean differs = !Trees.text(labels, label).equals(value);
    labels.put(label, value);
    return differs;
  }

  /** Takes the endpoint away, so that nobody is led to a server that has stopped. */
  @Override
  public void close() {
    try {
      publish(servers.addresses(own, false));
    } catch (ApiException e) {
      LOG.log(Level.WARNING, "the endpoint of the Service kubernetes stays: {0}", e.getMessage());
    }
  }
}
