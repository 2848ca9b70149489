package dev.rheo.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.media.Negotiation;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.protobuf.ProtobufCodec;
import dev.rheo.server.http.HttpRequest;
import dev.rheo.server.http.HttpResponse;
import dev.rheo.server.request.Api.Call;
import dev.rheo.server.verb.write.ObjectPath;
import dev.rheo.server.verb.write.RequestBody;
import dev.rheo.server.verb.write.WriteResult;
import dev.rheo.server.verb.write.Writes;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** Writes over HTTP: from a call to options and a body, and from a result to a response. */
public final class ResourceWrites {

  private static final Negotiation ANSWERS = Negotiation.json();
  private static final Negotiation BODIES =
      new Negotiation(
          List.of(MediaType.JSON, MediaType.YAML, MediaType.PROTOBUF),
          List.of(),
          Negotiation.Transforms.NONE);

  private final Writes writes;
  private final FeatureGates gates;

  public ResourceWrites(Writes writes, FeatureGates gates) {
    this.writes = writes;
    this.gates = gates;
  }

  HttpResponse answer(Call call) throws IOException {
    HttpRequest request = call.request();
    ANSWERS.accept(request.header("Accept"), false);
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
                  path, body(request), WriteOptions.forCreate(request.query()), call.user());
          case "update" ->
              writes.update(
                  path, body(request), WriteOptions.forUpdate(request.query()), call.user());
          case "patch" -> patch(path, call);
          case "delete" -> writes.delete(path, deleteOptions(call), call.user());
          case "deletecollection" ->
              writes.deleteCollection(path, selected(call), deleteOptions(call), call.user());
          default ->
              throw ApiException.methodNotSupported(
                  call.type().groupResource(), call.info().verb());
        };
    HttpResponse response = HttpResponse.bytes(result.code(), MediaType.JSON, result.body());
    result.warnings().forEach(warning -> Warnings.add(response, warning));
    return response;
  }

  private WriteResult patch(ObjectPath path, Call call) {
    HttpRequest request = call.request();
    MediaType type =
        MediaType.parse(Objects.requireNonNullElse(request.header("Content-Type"), ""));
    String essence = type == null ? "" : type.essence();
    WriteOptions options =
        WriteOptions.forPatch(request.query(), essence.equals(MediaType.APPLY_PATCH_YAML));
    return writes.patch(path, new RequestBody(request.body(), essence), options, call.user());
  }

  private static RequestBody body(HttpRequest request) {
    String type = BODIES.contentType(request.header("Content-Type"));
    return type.equals(MediaType.PROTOBUF)
        ? new RequestBody(ProtobufCodec.builtIn().toJson(request.body()), MediaType.JSON)
        : new RequestBody(request.body(), type);
  }

  private ListOptions selected(Call call) {
    ListOptions options = ListOptions.parse(call.request().query(), false, gates);
    return options.withFieldSelector(options.fieldSelector().resolve(call.type()::fieldLabel));
  }

  private static DeleteOptions deleteOptions(Call call) throws IOException {
    HttpRequest request = call.request();
    if (request.body().length == 0) {
      return DeleteOptions.parse(request.query());
    }
    RequestBody sent = body(request);
    if (!sent.mediaType().equals(MediaType.JSON)) {
      throw ApiException.unsupportedMediaType(List.of(MediaType.JSON, MediaType.PROTOBUF));
    }
    JsonNode body = ObjectDecoder.decode(sent.bytes(), ObjectDecoder.MAX_DEPTH).tree();
    return DeleteOptions.parse(body, call.type().apiVersion());
  }
}
