package dev.rheo.server.aggregation.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.resource.publish.ConvertedDocument;
import dev.rheo.resource.publish.ExtensionSpec;
import dev.rheo.server.aggregation.ApiService;
import dev.rheo.server.aggregation.Extension;
import dev.rheo.server.aggregation.FetchedDocument;
import dev.rheo.server.outbound.CallException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks an extension API server for a document and reads it, as upstream does. */
final class DocumentCall {
  private static final String AGGREGATED =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
          + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

  /**
   * What a call has found.
   *
   * @param content null if the document has not changed, or if there is none
   * @param absent whether the server has no such document
   * @param etag empty if the server told none
   */
  record Result(@Nullable Content content, boolean absent, String etag) {
    static final Result UNCHANGED = new Result(null, false, "");
    static final Result ABSENT = new Result(null, true, "");

    static Result of(Content content, FetchedDocument document) {
      return new Result(content, false, Objects.requireNonNullElse(document.header("etag"), ""));
    }
  }

  private final ApiService service;
  private final Extension extension;
  private final String etag;

  /**
   * @param etag of the document that is known; empty if none is
   */
  DocumentCall(ApiService service, Extension extension, String etag) {
    this.service = service;
    this.extension = extension;
    this.etag = etag;
  }

  /**
   * @throws CallException if the server cannot be asked, or refuses
   * @throws RuntimeException if the document is not what it must be, or too large
   */
  Result make(DocumentKind kind) throws CallException {
    return switch (kind) {
      case DISCOVERY -> discovery();
      case OPENAPI_V3 -> urls();
      case OPENAPI_V2 -> spec();
    };
  }

  private FetchedDocument fetch(DocumentKind kind, String path, String accept)
      throws CallException {
    Map<String, String> headers = new HashMap<>();
    headers.put("Accept", accept);
    if (!etag.isEmpty()) {
      headers.put("If-None-Match", etag);
    }
    return extension.fetch(path, headers, kind.maxBytes, kind.patience);
  }

  private Result discovery() throws CallException {
    FetchedDocument document =
        fetch(DocumentKind.DISCOVERY, DocumentKind.DISCOVERY.path, AGGREGATED);
    if (document.status() == 304 && !etag.isEmpty()) {
      return Result.UNCHANGED;
    }
    if (document.status() == 503) {
      throw refused(document);
    }
    if (document.status() == 200 && isAggregated(document.header("content-type"))) {
      return Result.of(
          new Content.Resources(
              DiscoveryReader.aggregated(document.body(), service.group(), service.version())),
          document);
    }
    FetchedDocument legacy =
        extension.fetch(
            (service.group().isEmpty() ? "/api/" : "/apis/" + service.group() + "/")
                + service.version(),
            Map.of("Accept", MediaType.JSON),
            DocumentKind.DISCOVERY.maxBytes,
            DocumentKind.DISCOVERY.patience);
    if (legacy.status() != 200) {
      throw refused(legacy);
    }
    return new Result(new Content.Resources(DiscoveryReader.legacy(legacy.body())), false, "");
  }

  private static boolean isAggregated(@Nullable String contentType) {
    MediaType type = contentType == null ? null : MediaType.parse(contentType);
    return type != null
        && type.essence().equals(MediaType.JSON)
        && "apidiscovery.k8s.io".equals(type.parameters().get("g"))
        && "APIGroupDiscoveryList".equals(type.parameters().get("as"))
        && ("v2".equals(type.parameters().get("v"))
            || "v2beta1".equals(type.parameters().get("v")));
  }

  private Result urls() throws CallException {
    FetchedDocument document =
        extension.fetch(
            DocumentKind.OPENAPI_V3.path,
            Map.of("Accept", MediaType.JSON),
            DocumentKind.OPENAPI_V3.maxBytes,
            DocumentKind.OPENAPI_V3.patience);
    if (document.status() == 404) {
      Result old = spec();
      return old.content() instanceof Content.Spec(var spec)
          ? new Result(new Content.Converted(ConvertedDocument.of(spec)), false, old.etag())
          : old;
    }
    if (document.status() != 200) {
      throw refused(document);
    }
    ObjectNode index = ObjectDecoder.decode(document.body(), ObjectDecoder.MAX_DEPTH).tree();
    Map<String, String> urls = new HashMap<>();
    for (Map.Entry<String, JsonNode> path : index.path("paths").properties()) {
      JsonNode url = path.getValue().path("serverRelativeURL");
      if (!url.isTextual() && !url.isMissingNode()) {
        throw new MalformedException("the OpenAPI v3 index has an unexpected serverRelativeURL");
      }
      urls.put(path.getKey(), url.asText());
    }
    return new Result(new Content.Urls(Map.copyOf(urls)), false, "");
  }

  private Result spec() throws CallException {
    FetchedDocument document =
        fetch(DocumentKind.OPENAPI_V2, DocumentKind.OPENAPI_V2.path, MediaType.JSON);
    return switch (document.status()) {
      case 304 -> {
        if (etag.isEmpty()) {
          throw refused(document);
        }
        yield Result.UNCHANGED;
      }
      case 404 -> Result.ABSENT;
      case 200 ->
          Result.of(
              new Content.Spec(
                  ExtensionSpec.of(
                      document.body(), "/apis/" + service.group() + "/" + service.version() + "/")),
              document);
      default -> throw refused(document);
    };
  }

  private static CallException refused(FetchedDocument document) {
    return new CallException("the server answered with status " + document.status());
  }
}
