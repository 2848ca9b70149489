package dev.rheo.server.request;

import dev.rheo.api.select.FieldSelector;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Status;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.Handler;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.Refusals;
import dev.rheo.edge.WebSocketHandshake;
import dev.rheo.edge.ledger.Account;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import dev.rheo.server.encoding.Encodings;
import dev.rheo.server.encoding.Format;
import dev.rheo.server.metrics.RequestMetrics;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.Authenticator;
import dev.rheo.server.security.Authorizer;
import dev.rheo.server.security.Impersonation;
import dev.rheo.server.security.RequestAttributes;
import dev.rheo.server.security.User;
import dev.rheo.store.PlatformPool;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The path of a request through the server: parse the verb and path, authenticate and authorize the
 * user, find the resource type, run the verb.
 *
 * <p>Each request runs on a virtual thread of its own.
 */
public final class Api implements Handler {

  private static final Logger LOG = System.getLogger(Api.class.getName());

  /** Heap of a table row with about ten cells of maximum length; most rows are far smaller. */
  private static final long TABLE_BYTES = 16 << 10;

  private final Authenticator authenticator;
  private final Authorizer authorizer;
  private final Impersonation impersonation;
  private final ResourceRegistry registry;
  private final NonResource nonResource;
  private final ResourceReads reads;
  private final ResourceWrites writes;
  private final Encodings encodings;
  private final RequestMetrics metrics;
  private final Account trees;
  private final Semaphore heavyPermits = new Semaphore(heavyPermits(), true);

  /**
   * @param trees the account charged for what requests decode and build
   */
  public Api(
      Authenticator authenticator,
      Authorizer authorizer,
      ResourceRegistry registry,
      NonResource nonResource,
      ResourceReads reads,
      ResourceWrites writes,
      Encodings encodings,
      RequestMetrics metrics,
      Account trees) {
    this.trees = trees;
    this.authenticator = authenticator;
    this.authorizer = authorizer;
    this.impersonation = new Impersonation(authorizer);
    this.registry = registry;
    this.nonResource = nonResource;
    this.reads = reads;
    this.writes = writes;
    this.encodings = encodings;
    this.metrics = metrics;
  }

  /** A request with its parsed path, its user and its resource type. */
  public record Call(HttpRequest request, RequestInfo info, User user, ResourceType type) {

    /** The namespace for a namespaced resource, else null. */
    public @Nullable String namespace() {
      return type.namespaced() ? info.namespace() : null;
    }
  }

  /** A table keeps one row on the heap until the peer has taken it. */
  @Override
  public long weight(HttpRequest head) {
    String accept = head.header("Accept");
    return accept != null && accept.contains("as=Table") ? TABLE_BYTES : 0;
  }

  /** Authenticates and authorizes the request before its body is read into memory. */
  @Override
  public @Nullable HttpResponse precheck(HttpRequest head) {
    authorize(head, info(head));
    return null;
  }

  @Override
  public boolean knows(X509Certificate certificate) {
    try {
      return !authenticator.authenticate(certificate, null).isAnonymous();
    } catch (ApiException e) {
      return false;
    }
  }

  @Override
  public HttpResponse handle(HttpRequest request) throws Exception {
    RequestInfo info = info(request);
    boolean known = false;
    int code = 500;
    try {
      User user = authorize(request, info);
      HttpResponse response;
      if (!info.isResource()) {
        response = metered(request, () -> nonResource.answer(request, info));
      } else {
        ResourceType type = registry.find(info.group(), info.version(), info.resource());
        if (type == null) {
          if (!registry.servesGroup(info.group())) {
            return NonResource.notFound();
          }
          throw ApiException.pathNotFound();
        }
        Call call = checked(new Call(request, info, user, type));
        known = true;
        response = metered(request, () -> answer(call));
        Deprecations.warn(type, response);
      }
      code = response.status();
      return response;
    } catch (ApiException e) {
      code = e.code();
      throw e;
    } finally {
      metrics.answered(
          info, known, dryRun(request), code, (System.nanoTime() - request.receivedNanos()) / 1e9);
    }
  }

  /**
   * Half as many permits as carrier threads, at least one, so that light requests find a carrier.
   */
  private static int heavyPermits() {
    int carriers =
        Integer.getInteger(
            "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
    return Math.max(1, carriers / 2);
  }

  private HttpResponse metered(
      HttpRequest request, ScopedValue.CallableOp<HttpResponse, Exception> work) throws Exception {
    try (RequestMeter meter = new RequestMeter(trees, heavyPermits, request)) {
      return Meter.within(meter, work);
    }
  }

  /** Turns refusals into responses here, so that they too carry the resource's warnings. */
  private HttpResponse answer(Call call) throws Exception {
    try {
      Durations.requireValid(call.request().queryParameter("timeout"));
      return switch (call.info().verb()) {
        case "get", "list", "watch" -> reads.answer(call);
        default -> writes.answer(call);
      };
    } catch (ApiException refusal) {
      return refused(call, refusal.status());
    } catch (PlatformPool.BusyException e) {
      String message = "too many requests wait for the disk, please try again later.";
      return refused(call, ApiException.tooManyRequests(message, 1).status());
    }
  }

  /** Encodes a refusal in the supported media type that the client prefers, else in JSON. */
  private HttpResponse refused(Call call, Status status) {
    Format format = Format.JSON;
    try {
      String accept = call.request().header("Accept");
      format = Format.of(encodings.refusals().accept(accept, false).mediaType());
    } catch (ApiException notAcceptable) {
      LOG.log(Level.DEBUG, "refused in JSON", notAcceptable);
    }
    return Refusals.of(status, format.contentType(), format.encodeStatus(status.toJson()));
  }

  /** Authenticates and authorizes a request; returns its user, or the impersonated one. */
  private User authorize(HttpRequest request, RequestInfo info) {
    User user =
        authenticator.authenticate(
            request.clientCertificate(),
            request.header("Authorization"),
            WebSocketHandshake.protocols(request));
    if (!user.isAnonymous()) {
      request.vouch();
    }
    RequestAttributes attributes = attributes(info);
    User acting = impersonation.acting(user, request.headers(), attributes);
    if (acting != null) {
      return acting;
    }
    authorizer.authorize(user, attributes);
    return user;
  }

  private static RequestAttributes attributes(RequestInfo info) {
    if (!info.isResource()) {
      return RequestAttributes.nonResource(info.verb(), info.path());
    }
    return new RequestAttributes(
        info.verb(),
        info.path(),
        new RequestAttributes.Resource(
            info.group(),
            info.resource(),
            Objects.requireNonNullElse(info.subresource(), ""),
            Objects.requireNonNullElse(info.namespace(), ""),
            Objects.requireNonNullElse(info.name(), "")));
  }

  /** Checks the path against the routes of the resource: 404 for no route, 405 for a wrong verb. */
  private static Call checked(Call call) {
    RequestInfo info = call.info();
    ResourceType type = call.type();
    boolean namespaceItself = info.resource().equals("namespaces") && info.group().isEmpty();
    if (!type.namespaced() && info.namespace() != null && !namespaceItself) {
      throw ApiException.pathNotFound();
    }
    // An empty segment names nothing: the segments after it must not change their meaning.
    if (info.parts().contains("") || "".equals(info.namespace())) {
      throw ApiException.pathNotFound();
    }
    boolean collection = info.parts().size() == 1;
    if (namespaceItself && collection && info.namespace() != null) {
      throw ApiException.pathNotFound();
    }
    boolean acrossNamespaces = type.namespaced() && info.namespace() == null;
    if (acrossNamespaces && !collection) {
      throw ApiException.pathNotFound();
    }
    if (info.subresource() != null) {
      Subresource sub = type.subresource(info.subresource());
      if (sub == null || info.parts().size() > 3) {
        throw ApiException.pathNotFound();
      }
      require(sub.verbs().contains(info.verb()) && !call.request().method().equals("HEAD"));
      return call;
    }
    require(type.verbs().contains(info.verb()) && !call.request().method().equals("HEAD"));
    switch (info.verb()) {
      case "list", "watch" -> {}
      case "create", "deletecollection" -> require(collection && !acrossNamespaces);
      default -> require(!collection);
    }
    return call;
  }

  private static void require(boolean allowed) {
    if (!allowed) {
      throw ApiException.methodNotAllowed();
    }
  }

  private static RequestInfo info(HttpRequest request) {
    List<String> selectors = request.query().get("fieldSelector");
    String name = null;
    if (selectors != null && !selectors.isEmpty()) {
      try {
        name = FieldSelector.parse(selectors.getFirst()).requiresExact("metadata.name");
      } catch (ApiException e) {
        // The verb parses the selector again and refuses it with the proper message.
        name = null;
      }
    }
    return RequestInfo.of(request.method(), request.path(), isTrue(request, "watch"), name);
  }

  static boolean isTrue(HttpRequest request, String parameter) {
    String value = request.queryParameter(parameter);
    return value != null && !value.equals("0") && !value.equalsIgnoreCase("false");
  }

  private static String dryRun(HttpRequest request) {
    String value = request.queryParameter("dryRun");
    return "All".equals(value) ? "All" : "";
  }
}
