package dev.rheo.server.request;

import dev.rheo.edge.HttpResponse;

/** Runs the verb that a request leads to. Thread-safe. */
public final class Verbs implements Verb {

  private final NonResource nonResource;
  private final ResourceReads reads;
  private final ResourceWrites writes;
  private final NodeConnections connections;

  public Verbs(
      NonResource nonResource,
      ResourceReads reads,
      ResourceWrites writes,
      NodeConnections connections) {
    this.nonResource = nonResource;
    this.reads = reads;
    this.writes = writes;
    this.connections = connections;
  }

  @Override
  public HttpResponse answer(Call call) throws Exception {
    switch (call.route()) {
      case Route.ToPath _ -> {
        return nonResource.answer(call.request(), call.info());
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
}
