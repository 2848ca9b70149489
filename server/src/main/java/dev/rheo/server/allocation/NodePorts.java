package dev.rheo.server.allocation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.Status;
import dev.rheo.codec.tree.Trees;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives a Service the node ports that it needs. */
final class NodePorts {
  private NodePorts() {}

  /**
   * @throws ApiException 422 if a chosen port cannot be had, 500 if none is left
   */
  static void create(ServiceSpec service, PortPool pool, String name) {
    if (service.isNodePortType()) {
      fill(service, pool, name);
    }
    if (service.needsHealthCheck()) {
      healthCheck(service, pool);
    }
  }

  /** As {@link #create}, for an update: the node ports that the Service had stay. */
  static void update(ServiceSpec service, ServiceSpec old, PortPool pool, String name) {
    if (service.isNodePortType()) {
      refill(service, old, pool, name);
    }
    if (service.needsHealthCheck() && !old.needsHealthCheck()) {
      healthCheck(service, pool);
    }
  }

  /** Ports of the same number and different protocols share a node port. */
  private static void fill(ServiceSpec service, PortPool pool, String name) {
    List<ObjectNode> ports = service.ports();
    Map<Long, Long> given = new HashMap<>();
    Map<Long, Long> chosen = new HashMap<>();
    for (ObjectNode port : ports) {
      if (ServiceSpec.nodePort(port) != 0) {
        chosen.putIfAbsent(number(port), ServiceSpec.nodePort(port));
      }
    }
    for (int i = 0; i < ports.size(); i++) {
      ObjectNode port = ports.get(i);
      long own = ServiceSpec.nodePort(port);
      if (own == 0 && !service.allocatesNodePorts()) {
        continue;
      }
      Long shared = given.get(number(port));
      if (shared == null) {
        Long wanted = chosen.get(number(port));
        if (wanted != null) {
          take(pool, i, wanted, name);
          shared = wanted;
        } else {
          shared = next(pool);
        }
        port.put("nodePort", shared);
        given.put(number(port), shared);
      } else if (own == 0) {
        port.put("nodePort", shared);
      } else if (own != shared) {
        take(pool, i, own, name);
      }
    }
  }

  private static void refill(ServiceSpec service, ServiceSpec old, PortPool pool, String name) {
    Set<Long> before = new HashSet<>(old.nodePorts());
    Set<Long> taken = new HashSet<>();
    Set<String> seen = new HashSet<>();
    List<ObjectNode> ports = service.ports();
    for (int i = 0; i < ports.size(); i++) {
      ObjectNode port = ports.get(i);
      long own = ServiceSpec.nodePort(port);
      if (own == 0 && !service.allocatesNodePorts()) {
        continue;
      }
      if (own == 0) {
        own = next(pool);
        port.put("nodePort", own);
      } else if (!before.contains(own) && taken.add(own)) {
        take(pool, i, own, name);
      }
      String described = "{" + Trees.text(port, "protocol") + " " + own + "}";
      if (!seen.add(described)) {
        // Upstream has no reason for it either.
        throw new ApiException(Status.failure(500, "", "duplicate nodePort: " + described, null));
      }
    }
  }

  private static long number(ObjectNode port) {
    return Trees.number(port, "port");
  }

  private static void take(PortPool pool, int index, long port, String name) {
    try {
      pool.take(port);
    } catch (PoolException e) {
      throw ApiException.invalid(
          "",
          "Service",
          name,
          List.of(FieldError.invalid("spec.ports[" + index + "].nodePort", port, e.why())));
    }
  }

  private static long next(PortPool pool) {
    try {
      return pool.next();
    } catch (PoolException e) {
      throw ApiException.internalError("failed to allocate a nodePort: " + e.why());
    }
  }

  private static void healthCheck(ServiceSpec service, PortPool pool) {
    long chosen = service.healthCheckNodePort();
    try {
      if (chosen == 0) {
        service.healthCheckNodePort(pool.next());
      } else {
        pool.take(chosen);
      }
    } catch (PoolException e) {
      throw ApiException.internalError(
          chosen == 0
              ? "failed to allocate a HealthCheck NodePort 0: " + e.why()
              : "failed to allocate requested HealthCheck NodePort " + chosen + ": " + e.why());
    }
  }
}
