package dev.rheo.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.edge.HttpResponse;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import dev.rheo.server.verb.read.Reads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a node answers, or a pod or a service through one: logs, exec, attach, port-forward and
 * proxies. This server reaches no node. It answers as upstream as far as that takes none, and
 * otherwise refuses. Thread-safe.
 */
public final class NodeConnections {
  private static final String LOG = "log";

  private final Reads reads;
  private final ResourceType nodes;

  /**
   * @param nodes the type of nodes
   */
  public NodeConnections(Reads reads, ResourceType nodes) {
    this.reads = reads;
    this.nodes = nodes;
  }

  /** Whether a call asks for what a node answers. */
  static boolean isAsked(ResourceCall call) {
    String name = call.info().subresource();
    Subresource part = name == null ? null : call.type().subresource(name);
    return part != null && (part.kind().endsWith("Options") || part.name().equals(LOG));
  }

  /**
   * @throws ApiException 404 if the object or its node is not there, 400 if the request does not
   *     fit the pod or the pod has no node, else 503
   */
  HttpResponse answer(ResourceCall call) throws InterruptedException, IOException {
    String name = Objects.requireNonNull(call.info().name());
    String subresource = Objects.requireNonNull(call.info().subresource());
    Reads.FoundObject found = reads.find(call.type(), call.namespace(), name, "");
    if (call.type().kind().equals("Pod") && !subresource.equals("proxy")) {
      ObjectNode pod = ObjectDecoder.decode(found.bytes(), ObjectDecoder.MAX_DEPTH).tree();
      if (!subresource.equals("portforward")) {
        requireContainer(pod, name, call.parameter("container"));
      }
      String node = pod.path("spec").path("nodeName").asText();
      if (node.isEmpty()) {
        if (subresource.equals(LOG)) {
          return HttpResponse.bytes(200, "text/plain", new byte[0]);
        }
        throw ApiException.badRequest("pod " + name + " does not have a host assigned");
      }
      requireNode(node, call);
    }
    throw ApiException.serviceUnavailable(
        "this server does not reach nodes, services or pods: no " + subresource);
  }

  private void requireNode(String node, ResourceCall call) throws InterruptedException {
    try {
      Reads.FoundObject unused = reads.find(nodes, null, node, "");
    } catch (ApiException e) {
      // As upstream, it is told of the resource that was asked for.
      throw e.code() == 404 ? ApiException.notFound(call.type().groupResource(), node) : e;
    }
  }

  private static void requireContainer(ObjectNode pod, String name, String container) {
    JsonNode spec = pod.path("spec");
    if (container.isEmpty() && spec.path("containers").size() == 1) {
      return;
    }
    List<String> names = new ArrayList<>();
    for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
      spec.path(list).forEach(each -> names.add(each.path("name").asText()));
    }
    if (container.isEmpty()) {
      throw ApiException.badRequest(
          "a container name must be specified for pod "
              + name
              + ", choose one of: ["
              + Excerpt.text(String.join(" ", names))
              + "]");
    }
    if (!names.contains(container)) {
      throw ApiException.badRequest(
          "container " + Excerpt.text(container) + " is not valid for pod " + name);
    }
  }
}
