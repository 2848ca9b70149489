package dev.rheo.server.request;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.Negotiation;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.status.ApiException;
import dev.rheo.server.http.Body;
import dev.rheo.server.http.Deflaters;
import dev.rheo.server.http.HttpRequest;
import dev.rheo.server.http.HttpResponse;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.request.Api.Call;
import dev.rheo.server.resource.ResourceType;
import dev.rheo.server.resource.Subresource;
import dev.rheo.server.verb.read.PrettyBody;
import dev.rheo.server.verb.read.Reads;
import dev.rheo.server.verb.read.WatchMetrics;
import dev.rheo.server.verb.write.Scales;
import java.io.IOException;
import java.util.Objects;

/** Reads over HTTP: from a call to options, and from a body to a response. */
public final class ResourceReads {

  static final String JSON = "application/json";

  private static final ObjectMapper JSON_MAPPER = new ObjectMapper();
  private static final Negotiation NEGOTIATION = Negotiation.json();

  private final Reads reads;
  private final FeatureGates gates;
  private final RequestMetrics metrics;
  private final Deflaters deflaters;

  public ResourceReads(
      Reads reads, FeatureGates gates, RequestMetrics metrics, Deflaters deflaters) {
    this.reads = reads;
    this.gates = gates;
    this.metrics = metrics;
    this.deflaters = deflaters;
  }

  HttpResponse answer(Call call) throws InterruptedException, IOException {
    boolean watch = call.info().verb().equals("watch");
    NEGOTIATION.accept(call.request().header("Accept"), watch);
    if (call.info().verb().equals("get")) {
      return get(call);
    }
    ListOptions options = options(call, watch);
    if (watch) {
      Body body =
          reads.watch(
              call.type(), call.namespace(), options, new Counted(metrics.watch(call.info())));
      return HttpResponse.longRunning(200, JSON, body);
    }
    return sent(call, reads.list(call.type(), call.namespace(), options));
  }

  private HttpResponse get(Call call) throws InterruptedException, IOException {
    String resourceVersion =
        Objects.requireNonNullElse(call.request().queryParameter("resourceVersion"), "");
    String name = Objects.requireNonNull(call.info().name());
    Reads.Found found = reads.find(call.type(), call.namespace(), name, resourceVersion);
    String subresource = call.info().subresource();
    if (subresource != null && !isPartOfObject(call.type(), subresource)) {
      if (!subresource.equals("scale")) {
        throw ApiException.serviceUnavailable(
            "this server does not reach nodes, services or pods: no " + subresource);
      }
      ObjectNode scale = Scales.of((ObjectNode) JSON_MAPPER.readTree(found.bytes()));
      return HttpResponse.bytes(200, JSON, JSON_MAPPER.writeValueAsBytes(scale));
    }
    return sent(call, found.answer());
  }

  /** Whether a subresource is a view of the object itself, such as its status. */
  private static boolean isPartOfObject(ResourceType type, String name) {
    Subresource subresource = Objects.requireNonNull(type.subresource(name));
    return subresource.kind().equals(type.kind()) && subresource.verbs().contains("update");
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

  private HttpResponse sent(Call call, Reads.Answer answer) {
    if (Api.isTrue(call.request(), "pretty")) {
      return compressed(call, new Reads.Answer(new PrettyBody(answer.body()), answer.atLeast()));
    }
    return compressed(call, answer);
  }

  private HttpResponse compressed(Call call, Reads.Answer answer) {
    if (answer.atLeast() > Reads.COMPRESS_ABOVE && acceptsGzip(call.request())) {
      Body compressed = deflaters.tryCompress(answer.body());
      if (compressed != null) {
        return HttpResponse.streaming(200, JSON, compressed)
            .header("Content-Encoding", "gzip")
            .header("Vary", "Accept-Encoding");
      }
    }
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
