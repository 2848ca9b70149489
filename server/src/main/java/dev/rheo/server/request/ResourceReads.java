package dev.rheo.server.request;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.feature.FeatureGates.Gate;
import dev.rheo.api.media.NegotiatedMediaType;
import dev.rheo.api.options.HeldState;
import dev.rheo.api.options.InitialState;
import dev.rheo.api.options.ListOptions;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.edge.Body;
import dev.rheo.edge.BytesBody;
import dev.rheo.edge.Deflaters;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.WebSocketHandshake;
import dev.rheo.resource.type.Subresource;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.encoding.Format;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.request.info.QueryFlags;
import dev.rheo.server.verb.read.ComponentStatuses;
import dev.rheo.server.verb.read.PrettyBody;
import dev.rheo.server.verb.read.Reads;
import dev.rheo.server.verb.write.Scales;
import java.io.IOException;
import java.util.Objects;

/** Reads over HTTP: turns a call into options, and a body into a response. */
public final class ResourceReads {

  private final Reads reads;
  private final FeatureGates gates;
  private final RequestMetrics metrics;
  private final Deflaters deflaters;
  private final Encodings encodings;

  public ResourceReads(
      Reads reads,
      Encodings encodings,
      FeatureGates gates,
      RequestMetrics metrics,
      Deflaters deflaters) {
    this.reads = reads;
    this.encodings = encodings;
    this.gates = gates;
    this.metrics = metrics;
    this.deflaters = deflaters;
  }

  HttpResponse answer(ResourceCall call) throws InterruptedException, IOException {
    boolean watch = call.info().verb().equals("watch");
    boolean list = call.info().verb().equals("list");
    NegotiatedMediaType accepted =
        encodings
            .negotiation(call.type(), call.info().subresource())
            .accept(call.request().header("Accept"), watch);
    // A get reports a missing object (404) before a list that was asked for by mistake (406).
    Boolean known = list || watch ? (Boolean) list : null;
    Encoding encoding =
        encodings.find(call.type(), accepted, known, call.parameter("includeObject"));
    boolean gzip = gates.enabled(Gate.API_RESPONSE_COMPRESSION) && acceptsGzip(call.request());
    if (watch) {
      boolean compressed =
          gzip
              && gates.enabled(Gate.WATCH_COMPRESSION)
              && !WebSocketHandshake.isAskedBy(call.request());
      return watch(call, new Reads.ResponseOptions(encoding, compressed));
    }
    if (!call.type().isStored()) {
      ListOptions options = call.listOptions(false, gates);
      byte[] json =
          list
              ? ComponentStatuses.list(options.labelSelector(), options.fieldSelector())
              : ComponentStatuses.get(Objects.requireNonNull(call.info().name()));
      HttpResponse response =
          HttpResponse.bytes(200, encoding.format().contentType(), encoding.answerAny(json));
      Warnings.add(response, ComponentStatuses.DEPRECATED);
      return response;
    }
    // Indented text is made and compressed per request; shared compressed forms do not apply.
    boolean pretty = encoding.format() == Format.JSON && isPretty(call, accepted);
    Reads.ResponseOptions how = new Reads.ResponseOptions(encoding, gzip && !pretty);
    Reads.Answer answer =
        list
            ? reads.list(call.type(), call.namespace(), options(call, false), how)
            : get(call, accepted, how);
    if (pretty) {
      answer = new Reads.Answer(new PrettyBody(answer.body()), answer.atLeast(), false);
    }
    return sent(encoding.format().contentType(), answer, gzip);
  }

  private HttpResponse watch(ResourceCall call, Reads.ResponseOptions how)
      throws InterruptedException {
    ListOptions options = options(call, true);
    // A WebSocket's client cannot read the fields of the answer.
    boolean resumable =
        Boolean.TRUE.equals(options.sendInitialEvents())
            && !WebSocketHandshake.isAskedBy(call.request());
    HeldState held =
        resumable ? HeldState.parse(call.request().headers().getAll(HeldState.HEADER)) : null;
    Reads.OpenedWatch watch =
        reads.watch(
            call.type(),
            call.namespace(),
            options,
            held,
            how,
            metrics.watch(call.info(), options.shard() != null));
    String type = Objects.requireNonNull(how.encoding().format().watchContentType());
    HttpResponse response = HttpResponse.longRunning(200, type, watch.body());
    InitialState initial = watch.initial();
    if (resumable && initial != null) {
      response.header(InitialState.HEADER, initial.field());
    }
    return how.gzip() ? gzipped(response) : response;
  }

  private Reads.Answer get(
      ResourceCall call, NegotiatedMediaType accepted, Reads.ResponseOptions how)
      throws InterruptedException, IOException {
    String name = Objects.requireNonNull(call.info().name());
    Reads.FoundObject found =
        reads.find(call.type(), call.namespace(), name, call.parameter("resourceVersion"));
    String subresource = call.info().subresource();
    if (subresource == null || !subresource.equals("scale")) {
      encodings.requireOne(accepted, call.type().group(), call.type().kind());
      return found.answer(how);
    }
    encodings.requireOne(accepted, "autoscaling", "Scale");
    ObjectNode scale =
        Scales.read(
            call.type(),
            ObjectDecoder.decode(call.type().convert(found.bytes()), ObjectDecoder.MAX_DEPTH)
                .tree());
    Subresource part = Objects.requireNonNull(call.type().subresource(subresource));
    byte[] bytes = how.encoding().answerAny(Canonicalizer.encodeAnswer(scale, part.objectType()));
    return new Reads.Answer(new BytesBody(bytes), bytes.length, false);
  }

  private static boolean isPretty(ResourceCall call, NegotiatedMediaType accepted) {
    return accepted.pretty() || QueryFlags.isTrue(call.request(), "pretty");
  }

  private ListOptions options(ResourceCall call, boolean watch) {
    ListOptions options = call.listOptions(watch, gates);
    // The deprecated way to watch one object: by its path.
    return call.info().name() != null && call.info().parts().size() > 1
        ? options.forName(call.info().name())
        : options;
  }

  private HttpResponse sent(String contentType, Reads.Answer answer, boolean gzip) {
    if (answer.gzipped()) {
      return gzipped(HttpResponse.streaming(200, contentType, answer.body()));
    }
    if (gzip && answer.atLeast() > Reads.COMPRESS_ABOVE) {
      Body compressed = deflaters.tryCompress(answer.body());
      if (compressed != null) {
        return gzipped(HttpResponse.streaming(200, contentType, compressed));
      }
    }
    return HttpResponse.streaming(200, contentType, answer.body());
  }

  private static HttpResponse gzipped(HttpResponse response) {
    return response.header("Content-Encoding", "gzip").header("Vary", "Accept-Encoding");
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
}
