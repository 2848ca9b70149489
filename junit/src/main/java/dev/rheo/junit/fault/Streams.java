package dev.rheo.junit.fault;

import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.Messages;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Disturbs the answers of watches, event by event. */
final class Streams implements Effect {
  private final Function<Met, EventScript> script;
  private volatile boolean ended;
  private final Set<ScriptedBody> open = ConcurrentHashMap.newKeySet();

  /**
   * @param script decides on the events of one watch
   */
  Streams(Function<Met, EventScript> script) {
    this.script = script;
  }

  /** Has the answer sent without compression, within which no event could be found. */
  @Override
  public HttpRequest request(Met met, HttpRequest request) {
    request.headers().set("Accept-Encoding", "identity");
    return request;
  }

  @Override
  public HttpResponse response(Met met, HttpResponse response) {
    String type = response.headers().get("Content-Type");
    @Nullable Messages messages =
        type == null || response.body() == null ? null : Messages.of(type);
    if (messages == null) {
      // A refusal, or not a watch.
      met.ended();
      return response;
    }
    boolean json = type != null && type.startsWith("application/json");
    ScriptedBody body =
        new ScriptedBody(response.source(), messages, json, script.apply(met), met, open::remove);
    open.add(body);
    if (ended) {
      body.remove();
    }
    return response.withBody(body);
  }

  @Override
  public void end() {
    ended = true;
    open.forEach(ScriptedBody::remove);
  }

  @Override
  public void release() {
    open.forEach(ScriptedBody::release);
  }
}
