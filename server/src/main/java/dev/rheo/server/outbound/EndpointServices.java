package dev.rheo.server.outbound;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.tree.Trees;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Finds Services at one of their endpoints that are ready, where no proxy leads from a cluster IP
 * to them. Those of the Service's first IP family are preferred.
 *
 * <p>Source: {@code pkg/util/proxy} of k8s.io/apiserver, with its messages.
 */
public final class EndpointServices implements ServiceResolver {
  private final ServiceObjects objects;
  private final RandomGenerator random;

  /**
   * @param random chooses an endpoint
   */
  public EndpointServices(ServiceObjects objects, RandomGenerator random) {
    this.objects = objects;
    this.random = random;
  }

  @Override
  public InetSocketAddress resolve(String namespace, String name, int port) throws CallException {
    try {
      return find(namespace, name, port);
    } catch (ApiException e) {
      throw new CallException(String.valueOf(e.getMessage()));
    }
  }

  private InetSocketAddress find(String namespace, String name, int port) throws CallException {
    ObjectNode service = objects.service(namespace, name);
    if (service == null) {
      throw new CallException("service \"" + name + "\" not found");
    }
    String type = Trees.text(service, "spec", "type");
    if (!List.of("ClusterIP", "LoadBalancer", "NodePort").contains(type)) {
      throw new CallException("unsupported service type \"" + type + "\"");
    }
    String portName = null;
    for (ObjectNode each : Trees.objects(service, "spec", "ports")) {
      if (portName == null && Trees.number(each, "port") == port) {
        portName = Trees.text(each, "name");
      }
    }
    if (portName == null) {
      throw new CallException("no service port %d found for service \"%s\"".formatted(port, name));
    }
    List<String> families = Trees.strings(service, "spec", "ipFamilies");
    String preferred = families.isEmpty() ? "" : families.getFirst();
    List<InetSocketAddress> first = new ArrayList<>();
    List<InetSocketAddress> others = new ArrayList<>();
    for (ObjectNode slice : objects.slices(namespace, name)) {
      boolean isFirst = Trees.text(slice, "addressType").equals(preferred);
      collect(slice, portName, isFirst ? first : others);
    }
    List<InetSocketAddress> found = first.isEmpty() ? others : first;
    if (found.isEmpty()) {
      throw new CallException("no endpoints available for service \"" + name + "\"");
    }
    return found.get(random.nextInt(found.size()));
  }

  private static void collect(ObjectNode slice, String portName, List<InetSocketAddress> into) {
    for (ObjectNode port : Trees.objects(slice, "ports")) {
      if (Trees.has(port, "port") && Trees.text(port, "name").equals(portName)) {
        for (ObjectNode endpoint : Trees.objects(slice, "endpoints")) {
          List<String> addresses = Trees.strings(endpoint, "addresses");
          if (isReady(endpoint) && !addresses.isEmpty()) {
            into.add(
                InetSocketAddress.createUnresolved(
                    addresses.getFirst(), (int) Trees.number(port, "port")));
          }
        }
      }
    }
  }

  /** Whether an endpoint does not say that it is not. */
  public static boolean isReady(ObjectNode endpoint) {
    ObjectNode conditions = Trees.object(endpoint, "conditions");
    return conditions == null || !Trees.has(conditions, "ready") || Trees.flag(conditions, "ready");
  }
}
