package dev.rheo.server.request;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.media.MediaType;
import dev.rheo.api.media.Negotiation;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Status;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.InflatedBody;
import dev.rheo.resource.publish.Discovery;
import dev.rheo.resource.publish.Document;
import dev.rheo.resource.publish.OpenApi;
import dev.rheo.resource.publish.Registration;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.aggregation.ApiService;
import dev.rheo.server.aggregation.document.ExtensionDocuments;
import dev.rheo.server.encoding.Format;
import dev.rheo.server.health.Health;
import dev.rheo.server.metrics.MetricsPage;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.token.TokenIssuer;
import dev.rheo.server.snapshot.Snapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves the paths outside the resources: health, version, discovery, OpenAPI, metrics, keys,
 * snapshots.
 */
public final class NonResource {
  private static final String OPENAPI_V2_PROTOBUF =
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

  private static final String OPENAPI_V3 = "/openapi/v3/";

  /** Heap of a document's tree and its encoded form, as a multiple of its JSON. */
  private static final long ENCODED_WEIGHT = 8;

  /** RFC 7517 §8.5.2. */
  private static final String JWKS = "application/jwk-set+json";

  private static final String TEXT = "text/plain; charset=utf-8";

  private final Health healthz;
  private final Health livez;
  private final Health readyz;
  private final Discovery discovery;
  private final OpenApi openApi;
  private final MetricsPage metrics;
  private final Supplier<String> address;
  private final Supplier<ResourceRegistry> served;
  private volatile @Nullable Paths paths;
  private final Negotiation negotiation;
  private final ExtensionDocuments extensions;
  private final TokenIssuer tokens;
  private final Snapshots snapshots;

  /**
   * @param address host and port under which clients reach the server
   * @param served the registry in force
   * @param extensions what extension API servers tell of themselves
   * @param negotiation the media types in which objects are answered
   * @param tokens tells how tokens of service accounts are verified
   * @param snapshots makes snapshots of the store
   */
  public NonResource(
      Health healthz,
      Health livez,
      Health readyz,
      Discovery discovery,
      OpenApi openApi,
      MetricsPage metrics,
      Supplier<String> address,
      Supplier<ResourceRegistry> served,
      ExtensionDocuments extensions,
      Negotiation negotiation,
      TokenIssuer tokens,
      Snapshots snapshots) {
    this.tokens = tokens;
    this.snapshots = snapshots;
    this.negotiation = negotiation.untransformed();
    this.served = served;
    this.extensions = extensions;
    this.healthz = healthz;
    this.livez = livez;
    this.readyz = readyz;
    this.discovery = discovery;
    this.openApi = openApi;
    this.metrics = metrics;
    this.address = address;
  }

  HttpResponse answer(HttpRequest request, RequestInfo info) throws IOException {
    // Load balancers probe health with various methods, so any method is answered.
    HttpResponse health = health(info.path(), request);
    if (health != null) {
      return health;
    }
    if (Snapshots.isAt(info.path())) {
      return snapshots.answer(info.path(), info.verb());
    }
    if (!info.verb().equals("get") && !info.verb().equals("head")) {
      throw ApiException.methodNotAllowed();
    }
    return switch (trimmed(info.path())) {
      case "/" -> json(paths().document);
      case "/metrics" -> HttpResponse.bytes(200, MetricsPage.CONTENT_TYPE, metrics.bytes());
      case "/version" -> json(discovery.version());
      case "/api" -> discovered(request, discovery.aggregatedCore(), this::versions, "APIVersions");
      case "/apis" ->
          discovered(request, discovery.aggregatedGroups(), discovery::groups, "APIGroupList");
      case "/openapi/v3" -> json(openApi.index());
      case "/openapi/v2" -> openApiV2(request);
      case "/.well-known/openid-configuration" ->
          issued(request, MediaType.JSON, tokens.configuration(address.get()));
      case TokenIssuer.KEYS_PATH -> issued(request, JWKS, tokens.keySet());
      default -> below(trimmed(info.path()), request);
    };
  }

  private @Nullable HttpResponse health(String path, HttpRequest request) {
    for (Health health : List.of(healthz, livez, readyz)) {
      String root = "/" + health.endpoint();
      if (path.equals(root)) {
        List<String> exclude = request.query().getOrDefault("exclude", List.of());
        return text(health.answer(request.queryParameter("verbose") != null, exclude));
      }
      if (path.startsWith(root + "/")) {
        return text(health.single(path.substring(root.length() + 1)));
      }
    }
    return null;
  }

  /**
   * The APIService of the extension server that answers a path instead of this server, as it has
   * the OpenAPI document of its group version; or null.
   */
  @Nullable ApiService elsewhere(RequestInfo info) {
    boolean read = info.verb().equals("get") || info.verb().equals("head");
    if (!read || !info.path().startsWith(OPENAPI_V3)) {
      return null;
    }
    String path = info.path().substring(OPENAPI_V3.length());
    return openApi.document(path) == null ? extensions.server(path) : null;
  }

  private HttpResponse below(String path, HttpRequest request) {
    if (path.startsWith(OPENAPI_V3)) {
      return openApi(
          request, openApi.document(path.substring(OPENAPI_V3.length())), MediaType.JSON);
    }
    String[] parts = path.substring(1).split("/", -1);
    if (!parts[0].equals("api") && !parts[0].equals("apis")) {
      return notFound();
    }
    boolean core = parts[0].equals("api");
    if (parts.length == 2 && !core) {
      byte[] group = discovery.group(parts[1]);
      return group == null ? notFound() : negotiated(request, group, "APIGroup");
    }
    if (parts.length != (core ? 2 : 3)) {
      return notFound();
    }
    String group = core ? "" : parts[1];
    byte[] resources = discovery.resources(group, parts[parts.length - 1]);
    if (resources != null) {
      return negotiated(request, resources, "APIResourceList");
    }
    if (served.get().servesBuiltIn(group)) {
      throw ApiException.pathNotFound();
    }
    return notFound();
  }

  /** The answer on a path where nothing is served. */
  static HttpResponse notFound() {
    return text(Health.NOT_FOUND);
  }

  /** The document at the root: the list of paths that the server serves. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Paths(ResourceRegistry of, List<Registration> with, byte[] document) {}

  private Paths paths() {
    ResourceRegistry registry = served.get();
    List<Registration> registered = extensions.registrations();
    Paths made = paths;
    if (made == null || made.of != registry || made.with != registered) {
      made = new Paths(registry, registered, paths(registry, registered));
      paths = made;
    }
    return made;
  }

  private static byte[] paths(ResourceRegistry registry, List<Registration> registered) {
    Set<String> paths =
        new TreeSet<>(
            List.of(
                "/.well-known/openid-configuration",
                "/api",
                "/apis",
                "/apis/",
                "/healthz",
                "/livez",
                "/metrics",
                "/openapi/v2",
                "/openapi/v3",
                TokenIssuer.KEYS_PATH,
                "/readyz",
                "/version"));
    for (ResourceType type : registry.all()) {
      if (type.group().isEmpty()) {
        paths.add("/api/" + type.version());
      } else {
        paths.add("/apis/" + type.group());
        paths.add("/apis/" + type.apiVersion());
      }
    }
    for (Registration each : registered) {
      if (!each.group().isEmpty()) {
        paths.add("/apis/" + each.group());
        paths.add("/apis/" + each.group() + "/" + each.version());
      }
    }
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ArrayNode list = document.putArray("paths");
    paths.forEach(list::add);
    return (document.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private byte[] versions() {
    return discovery.versions(address.get());
  }

  /**
   * Answers with the aggregated document if the client asks for it, else with the list of versions
   * or groups.
   */
  private HttpResponse discovered(
      HttpRequest request, Document aggregated, Supplier<byte[]> plain, String kind) {
    String accept = request.header("Accept");
    if (!AggregatedDiscovery.preferred(accept, negotiation.supported())) {
      return negotiated(request, plain.get(), kind);
    }
    String match = request.header("If-None-Match");
    HttpResponse response =
        match != null && aggregated.matches(match)
            ? HttpResponse.empty(304)
            : HttpResponse.bytes(200, AggregatedDiscovery.CONTENT_TYPE, aggregated.body());
    return response.header("ETag", aggregated.etag()).header("Vary", "Accept");
  }

  private HttpResponse openApiV2(HttpRequest request) {
    String accept = Objects.requireNonNullElse(request.header("Accept"), "");
    // Clients name the type with an @, which no media type may have.
    boolean protobuf =
        accept.contains(OPENAPI_V2_PROTOBUF)
            || accept.contains(OPENAPI_V2_PROTOBUF.replace(".v1.", "@v1."));
    return openApi(request, openApi.v2(protobuf), protobuf ? OPENAPI_V2_PROTOBUF : MediaType.JSON);
  }

  private static HttpResponse openApi(
      HttpRequest request, OpenApi.@Nullable Compressed document, String type) {
    if (document == null) {
      return HttpResponse.empty(404);
    }
    String etag = '"' + document.hash() + '"';
    if (etag.equals(request.header("If-None-Match"))) {
      return HttpResponse.empty(304).header("ETag", etag);
    }
    HttpResponse response =
        ResourceReads.acceptsGzip(request)
            ? HttpResponse.bytes(200, type, document.gzip()).header("Content-Encoding", "gzip")
            : HttpResponse.streaming(200, type, new InflatedBody(document.gzip()));
    response.header("ETag", etag).header("Vary", "Accept-Encoding, Accept");
    if (document.hash().equals(request.queryParameter("hash"))) {
      // The URL contains the hash of the document, so its content never changes.
      response.header("Cache-Control", "public, immutable");
    }
    return response;
  }

  /** What relying parties of tokens read: any of them may keep it for an hour. */
  private static HttpResponse issued(HttpRequest request, String type, byte[] document) {
    String accept = Objects.requireNonNullElse(request.header("Accept"), "*/*");
    for (String range : accept.split(",", -1)) {
      String wanted = range.split(";", 2)[0].strip();
      if (wanted.equals("*/*") || wanted.equals(type)) {
        return HttpResponse.bytes(200, type, document)
            .header("Cache-Control", "public, max-age=3600");
      }
    }
    throw new ApiException(
        Status.failure(
            406,
            "NotAcceptable",
            "406: Not Acceptable\n\nAvailable representations: " + type,
            new Details("", "", "", "", List.of(), 0)));
  }

  private static HttpResponse text(Health.Answer answer) {
    return HttpResponse.bytes(answer.status(), TEXT, answer.text().getBytes(StandardCharsets.UTF_8))
        .header("X-Content-Type-Options", "nosniff");
  }

  private HttpResponse negotiated(HttpRequest request, byte[] json, String kind) {
    Format format = Format.of(negotiation.accept(request.header("Accept"), false).mediaType());
    if (format != Format.JSON) {
      Meter.charge(ENCODED_WEIGHT * json.length);
      Meter.promise(json.length);
    }
    return HttpResponse.bytes(200, format.contentType(), format.encodeMeta(json, "v1", kind));
  }

  private static HttpResponse json(byte[] body) {
    return HttpResponse.bytes(200, MediaType.JSON, body);
  }

  private static String trimmed(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
