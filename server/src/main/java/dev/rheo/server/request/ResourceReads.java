package dev.rheo.server.request;

import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.Negotiation;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.select.FieldSelector;
import dev.rheo.server.http.Body;
import dev.rheo.server.http.HttpRequest;
import dev.rheo.server.http.HttpResponse;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.request.Api.Call;
import dev.rheo.server.verb.read.Reads;
import dev.rheo.server.verb.read.WatchMetrics;
import java.util.Objects;

/** Reads over HTTP: from a call to options, and from a body to a response. */
public final class ResourceReads {

  static final String JSON = "application/json";

  private static final Negotiation NEGOTIATION = Negotiation.json();

  private final Reads reads;
  private final FeatureGates gates;
  private final RequestMetrics metrics;

  public ResourceReads(
      Reads reads, FeatureGates gates, RequestMetrics metrics) {
    this.reads = reads;
    this.gates = gates;
    this.metrics = metrics;
  }

  HttpResponse answer(Call call) throws InterruptedException {
    boolean watch = call.info().verb().equals("watch");
    NEGOTIATION.accept(call.request().header("Accept"), watch);
    if (call.info().verb().equals("get")) {
      return get(call);
    }
    ListOptions options = options(call, watch);
    if (watch) {
      Body body =
          reads.watch(call.type(), call.namespace(), options, new Counted(metrics.watch(call.info())));
      return HttpResponse.longRunning(200, JSON, body);
    }
    return compressed(call, reads.list(call.type(), call.namespace(), options));
  }

  private HttpResponse get(Call call) throws InterruptedException {
    String resourceVersion =
        Objects.requireNonNullElse(call.request().queryParameter("resourceVersion"), "");
    return compressed(
        call,
        reads.get(
            call.type(),
            call.namespace(),
            Objects.requireNonNull(call.info().name()),
            resourceVersion));
  }

  private ListOptions options(Call call, boolean watch) {
    ListOptions options = ListOptions.parse(call.request().query(), watch, gates);
    if (call.info().name() != null && call.info().parts().size() > 1) {
      // The old way to watch one object: by its path.
      options = options.forName(call.info().name());
    }
    FieldSelector resolved = options.fieldSelector().resolve(call.type()::fieldLabel);
    return options.withFieldSelector(resolved);
  }

  private HttpResponse compressed(Call call, Reads.Answer answer) {
    return HttpResponse.streaming(200, JSON, answer.body());
  }

  static boolean acceptsGzip(HttpRequest request) {
    for (String field : request.headers().getAll("Accept-Encoding")) {
      for (String coding : field.split(",", -1)) {
        String[] parts = coding.strip().split(";", -1);
        if (parts[0].strip().equalsIgnoreCase("gzip")
            && !(parts.length > 1 && parts[1].strip().matches("q=0(\\.0*)?"))) {
          return true;
        }
      }
    }
    return false;
  }

  private record Counted(RequestMetrics.Watch watch) implements WatchMetrics {
    @Override
    public void event(int bytes) {
      watch.event(bytes);
    }

    @Override
    public void initialDone() {
      watch.initialDone();
    }

    @Override
    public void ended() {
      watch.ended();
    }
  }
}
