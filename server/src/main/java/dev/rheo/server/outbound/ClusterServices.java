package dev.rheo.server.outbound;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.tree.Trees;
import java.net.InetSocketAddress;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds Services by their objects: at the cluster IP, or at the host that an ExternalName names.
 *
 * <p>Source: {@code pkg/util/proxy} of k8s.io/apiserver, with its messages.
 */
public final class ClusterServices implements ServiceResolver {
  private final BiFunction<String, String, @Nullable ObjectNode> services;

  /**
   * @param services finds a Service by namespace and name; null if there is none
   */
  public ClusterServices(BiFunction<String, String, @Nullable ObjectNode> services) {
    this.services = services;
  }

  @Override
  public InetSocketAddress resolve(String namespace, String name, int port) throws CallException {
    JsonSpec spec = new JsonSpec(find(namespace, name));
    switch (spec.type()) {
      case "ExternalName" -> {
        return InetSocketAddress.createUnresolved(spec.text("externalName"), port);
      }
      case "ClusterIP", "LoadBalancer", "NodePort" -> {
        String address = spec.text("clusterIP");
        if (spec.type().equals("ClusterIP") && address.equals("None")) {
          throw new CallException("cannot route to service with ClusterIP \"None\"");
        }
        if (!spec.hasPort(port)) {
          throw new CallException(
              "no service port %d found for service \"%s\"".formatted(port, name));
        }
        return InetSocketAddress.createUnresolved(address, port);
      }
      default -> throw new CallException("unsupported service type \"" + spec.type() + "\"");
    }
  }

  private ObjectNode find(String namespace, String name) throws CallException {
    ObjectNode service;
    try {
      service = services.apply(namespace, name);
    } catch (ApiException e) {
      throw new CallException(String.valueOf(e.getMessage()));
    }
    if (service == null) {
      throw new CallException("service \"" + name + "\" not found");
    }
    return service;
  }

  private record JsonSpec(ObjectNode service) {
    String type() {
      return text("type");
    }

    String text(String field) {
      return Trees.text(service, "spec", field);
    }

    boolean hasPort(int port) {
      return Trees.objects(service, "spec", "ports").stream()
          .anyMatch(each -> Trees.number(each, "port") == port);
    }
  }
}
