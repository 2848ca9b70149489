package dev.rheo.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.media.NegotiatedMediaType;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ManagedFields;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.encoding.MetaKinds;
import dev.rheo.server.verb.write.ObjectPath;
import dev.rheo.server.verb.write.RequestBody;
import dev.rheo.server.verb.write.WriteResult;
import dev.rheo.server.verb.write.Writes;
import java.io.IOException;
import java.util.Objects;

/** Writes over HTTP: turns a call into options and a body, and a result into a response. */
public final class ResourceWrites {

  private final Writes writes;
  private final Encodings encodings;
  private final FeatureGates gates;

  public ResourceWrites(Writes writes, Encodings encodings, FeatureGates gates) {
    this.writes = writes;
    this.encodings = encodings;
    this.gates = gates;
  }

  HttpResponse answer(ResourceCall call) throws IOException {
    HttpRequest request = call.request();
    NegotiatedMediaType accepted =
        encodings
            .negotiation(call.type(), call.info().subresource())
            .accept(request.header("Accept"), false);
    Boolean list =
        switch (call.info().verb()) {
          case "delete" -> null; // an object, or a Status
          case "deletecollection" -> true;
          default -> false;
        };
    Encoding encoding =
        encodings.find(call.type(), accepted, list, call.parameter("includeObject"));
    ObjectPath path =
        new ObjectPath(
            call.type(),
            Objects.requireNonNullElse(call.namespace(), ""),
            Objects.requireNonNullElse(call.info().name(), ""),
            Objects.requireNonNullElse(call.info().subresource(), ""));
    WriteResult result =
        switch (call.info().verb()) {
          case "create" ->
              writes.create(
                  path,
                  body(request),
                  named(WriteOptions.forCreate(request.query()), request),
                  call.user());
          case "update" ->
              writes.update(
                  path,
                  body(request),
                  named(WriteOptions.forUpdate(request.query()), request),
                  call.user());
          case "patch" -> patch(path, call);
          case "delete" -> writes.delete(path, deleteOptions(call), call.user());
          case "deletecollection" ->
              writes.deleteCollection(
                  path, call.listOptions(false, gates), deleteOptions(call), call.user());
          default ->
              throw ApiException.methodNotSupported(
                  call.type().groupResource(), call.info().verb());
        };
    byte[] told = result.body();
    if (accepted.dropsManagedFields()) {
      Meter.charge(told.length);
      told = ManagedFields.without(told);
    }
    HttpResponse response =
        HttpResponse.bytes(
            result.code(), encoding.format().contentType(), encoding.answerAny(told));
    Warnings.addAll(response, result.warnings());
    return response;
  }

  private WriteResult patch(ObjectPath path, ResourceCall call) {
    HttpRequest request = call.request();
    MediaType type =
        MediaType.parse(Objects.requireNonNullElse(request.header("Content-Type"), ""));
    String essence = type == null ? "" : type.essence();
    WriteOptions options =
        WriteOptions.forPatch(request.query(), essence.equals(MediaType.APPLY_PATCH_YAML));
    return writes.patch(
        path, new RequestBody(request.body(), essence), named(options, request), call.user());
  }

  private static WriteOptions named(WriteOptions options, HttpRequest request) {
    return options.namedBy(request.header("User-Agent"));
  }

  private RequestBody body(HttpRequest request) {
    return new RequestBody(
        request.body(), encodings.negotiation().contentType(request.header("Content-Type")));
  }

  private DeleteOptions deleteOptions(ResourceCall call) {
    HttpRequest request = call.request();
    if (request.body().length == 0) {
      return DeleteOptions.parse(request.query());
    }
    JsonNode body = body(request).decoded(MetaKinds.deleteOptions()).tree();
    return DeleteOptions.parse(body, call.type().apiVersion());
  }
}
