package dev.rheo.server.aggregation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.tree.Trees;
import dev.rheo.server.aggregation.ApiServiceConditions.Finding;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.outbound.EndpointServices;
import dev.rheo.server.outbound.ServiceObjects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the server behind an APIService can be used: whether there is the Service, with
 * the port and endpoints, and whether the server answers.
 *
 * <p>Source: {@code remote_available_controller.go} of k8s.io/kube-aggregator, with its reasons and
 * messages.
 */
final class AvailabilityCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How often a server is asked: one of its endpoints that answers is enough. */
  private static final int ATTEMPTS = 5;

  private final ServiceObjects objects;

  AvailabilityCheck(ServiceObjects objects) {
    this.objects = objects;
  }

  /**
   * @param spec of an APIService with a Service
   * @return null if the server cannot even be asked, because its certificates cannot be read
   */
  @Nullable Finding of(String name, ObjectNode spec, ExtensionServer server)
      throws InterruptedException {
    String namespace = Trees.text(spec, "service", "namespace");
    String service = Trees.text(spec, "service", "name");
    String shown = "service/%s in \"%s\"".formatted(service, namespace);
    ObjectNode object;
    try {
      object = objects.service(namespace, service);
    } catch (ApiException e) {
      return Finding.unknown(
          "ServiceAccessError", shown + " cannot be checked due to: " + e.getMessage());
    }
    if (object == null) {
      return Finding.unavailable("ServiceNotFound", shown + " is not present");
    }
    if (Trees.text(object, "spec", "type").equals("ClusterIP")) {
      Finding finding = ofCluster(object, shown, namespace, service, server.port());
      if (finding != null) {
        return finding;
      }
    }
    if (server.fault() != null) {
      return null;
    }
    String fault = ask(path(name, spec), server);
    return fault == null ? Finding.PASSED : Finding.unavailable("FailedDiscoveryCheck", fault);
  }

  private @Nullable Finding ofCluster(
      ObjectNode object, String shown, String namespace, String service, int port) {
    String portName = null;
    for (ObjectNode each : Trees.objects(object, "spec", "ports")) {
      if (portName == null && Trees.number(each, "port") == port) {
        portName = Trees.text(each, "name");
      }
    }
    if (portName == null) {
      return Finding.unavailable("ServicePortError", shown + " is not listening on port " + port);
    }
    List<ObjectNode> slices;
    try {
      slices = objects.slices(namespace, service);
    } catch (ApiException e) {
      return Finding.unknown(
          "EndpointsAccessError", shown + " cannot be checked due to: " + e.getMessage());
    }
    if (slices.isEmpty()) {
      return Finding.unavailable("EndpointsNotFound", "cannot find endpointslices for " + shown);
    }
    for (ObjectNode slice : slices) {
      if (isUsable(slice, portName)) {
        return null;
      }
    }
    return Finding.unavailable(
        "MissingEndpoints",
        "endpointslices for %s have no addresses with port name \"%s\"".formatted(shown, portName));
  }

  private static boolean isUsable(ObjectNode slice, String portName) {
    return Trees.objects(slice, "endpoints").stream().anyMatch(EndpointServices::isReady)
        && Trees.objects(slice, "ports").stream()
            .anyMatch(port -> Trees.has(port, "port") && Trees.text(port, "name").equals(portName));
  }

  private static String path(String name, ObjectNode spec) {
    String version = Trees.text(spec, "version");
    return name.equals("v1.")
        ? "/api/" + version
        : "/apis/" + Trees.text(spec, "group") + "/" + version;
  }

  /**
   * What is wrong, or null if the server answers. It is asked once, and if that fails, again by all
   * at once.
   */
  private static @Nullable String ask(String path, ExtensionServer server)
      throws InterruptedException {
    String fault = attempt(path, server);
    if (fault == null) {
      return null;
    }
    List<FutureTask<@Nullable String>> others = new ArrayList<>();
    for (int i = 1; i < ATTEMPTS; i++) {
      FutureTask<@Nullable String> other = new FutureTask<>(() -> attempt(path, server));
      others.add(other);
      Thread.ofVirtual().name("apiservice-check").start(other);
    }
    for (FutureTask<@Nullable String> other : others) {
      try {
        fault = other.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
      if (fault == null) {
        return null;
      }
    }
    return fault;
  }

  private static @Nullable String attempt(String path, ExtensionServer server) {
    ExtensionServer.Place place;
    try {
      place = server.locate();
    } catch (CallException e) {
      return e.getMessage();
    }
    String url = "https://" + place.authority() + path;
    try {
      int status = server.probe(place, path, PATIENCE);
      return status >= 200 && status < 300
          ? null
          : "failing or missing response from %s: bad status from %s: %d"
              .formatted(url, url, status);
    } catch (CallException e) {
      return "failing or missing response from %s: Get \"%s\": %s"
          .formatted(url, url, e.getMessage());
    }
  }
}
