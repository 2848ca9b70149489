package dev.rheo.server.request;

import dev.rheo.edge.HttpResponse;
import dev.rheo.server.aggregation.ApiService;
import dev.rheo.server.aggregation.ExtensionProxy;
import java.time.Duration;

/** Runs the verb that a request leads to. Thread-safe. */
public final class Verbs implements Verb {

  private final NonResource nonResource;
  private final ResourceReads reads;
  private final ResourceWrites writes;
  private final NodeConnections connections;
  private final ExtensionProxy extensions;

  public Verbs(
      NonResource nonResource,
      ResourceReads reads,
      ResourceWrites writes,
      NodeConnections connections,
      ExtensionProxy extensions) {
    this.nonResource = nonResource;
    this.reads = reads;
    this.writes = writes;
    this.connections = connections;
    this.extensions = extensions;
  }

  @Override
  public HttpResponse answer(Call call) throws Exception {
    switch (call.route()) {
      case Route.ToPath _ -> {
        ApiService elsewhere = nonResource.elsewhere(call.info());
        return elsewhere == null
            ? nonResource.answer(call.request(), call.info())
            : forwarded(call, elsewhere);
      }
      case Route.ToExtension(var service) -> {
        return forwarded(call, service);
      }
      case Route.ToResource(var type) -> {
        Durations.requireValid(call.request().queryParameter("timeout"));
        ResourceCall resource = new ResourceCall(call, type);
        if (NodeConnections.isAsked(resource)) {
          return connections.answer(resource);
        }
        return switch (call.info().verb()) {
          case "get", "list", "watch" -> reads.answer(resource);
          default -> writes.answer(resource);
        };
      }
      case Route.Nowhere(var refusal) -> {
        if (refusal == null) {
          return NonResource.notFound();
        }
        throw refusal;
      }
    }
  }

  private HttpResponse forwarded(Call call, ApiService service) {
    Duration allowed =
        ExtensionProxy.isLongRunning(call.info())
            ? null
            : Durations.parse(call.request().queryParameter("timeout"));
    return extensions.answer(call.request(), call.info(), call.user(), service, allowed);
  }
}
