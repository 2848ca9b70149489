package dev.rheo.server.aggregation;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.ledger.Account;
import dev.rheo.server.outbound.CallException;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.User;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests on to extension servers, and their answers back as they come. Nothing is buffered
 * but {@value ExtensionCall#BUFFER} bytes in each direction: a client that does not read keeps the
 * proxy from reading, and so the extension server from writing. Thread-safe.
 *
 * <p>Source: {@code handler_proxy.go} of k8s.io/kube-aggregator, which also has the answers.
 */
public final class ExtensionProxy {
  private static final Set<String> LONG_RUNNING =
      Set.of("attach", "exec", "proxy", "log", "portforward");

  /** How long an answer may take, as upstream; discovery is to be quick. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration DISCOVERY = Duration.ofSeconds(5);
  private static final int DISCOVERY_SEGMENTS = 3;

  private final Account descriptors;
  private final boolean rejectsRedirections;

  /**
   * @param descriptors charged for connections
   * @param rejectsRedirections whether an answer that leads elsewhere is not sent on
   */
  public ExtensionProxy(Account descriptors, boolean rejectsRedirections) {
    this.descriptors = descriptors;
    this.rejectsRedirections = rejectsRedirections;
  }

  /** Whether a request lives as long as its client wants. */
  public static boolean isLongRunning(RequestInfo info) {
    return info.verb().equals("watch")
        || (info.isResource()
            && info.subresource() != null
            && LONG_RUNNING.contains(info.subresource()));
  }

  /**
   * The answer of the server behind an APIService. The calling (virtual) thread waits until it
   * begins.
   *
   * @param allowed the longest time that the client grants; null if it did not say
   * @throws ApiException 429 if there is no room for the call, 504 if the server takes too long
   */
  public HttpResponse answer(
      HttpRequest request,
      RequestInfo info,
      User user,
      ApiService service,
      @Nullable Duration allowed) {
    if (!service.available() || !(service.extension() instanceof ExtensionServer server)) {
      return ForwardedResponse.plain(503, "service unavailable");
    }
    if (server.fault() != null) {
      return ForwardedResponse.plain(500, server.fault());
    }
    ExtensionServer.Place place;
    try {
      place = server.locate();
    } catch (CallException e) {
      return ForwardedResponse.plain(503, "service unavailable");
    }
    boolean upgrade = isUpgrade(request);
    boolean longRunning = isLongRunning(info);
    Lease lease =
        Lease.of(
            server.account(upgrade || longRunning),
            upgrade ? ExtensionCall.TUNNEL_BYTES : ExtensionCall.BYTES,
            descriptors);
    if (lease == null) {
      throw ApiException.tooManyRequests("too many requests, please try again later.", 1);
    }
    ExtensionCall call =
        new ExtensionCall(
            request,
            user,
            server,
            place,
            lease,
            longRunning,
            longRunning ? null : limit(request, info, allowed),
            isDiscovery(info));
    try {
      return upgrade ? call.upgrade() : call.relay(rejectsRedirections);
    } finally {
      lease.leave();
    }
  }

  private static Duration limit(HttpRequest request, RequestInfo info, @Nullable Duration allowed) {
    Duration most = allowed != null && allowed.compareTo(PATIENCE) < 0 ? allowed : PATIENCE;
    Duration left = most.minusNanos(System.nanoTime() - request.receivedNanos());
    return isDiscovery(info) && left.compareTo(DISCOVERY) > 0 ? DISCOVERY : left;
  }

  /** Whether it asks which resources there are. */
  private static boolean isDiscovery(RequestInfo info) {
    return !info.isResource()
        && info.path().replaceAll("^/+|/+$", "").split("/", -1).length == DISCOVERY_SEGMENTS;
  }

  /** HTTP/2 has no upgrades, and those of HTTP/1.0 must be ignored (RFC 9110 §7.8). */
  private static boolean isUpgrade(HttpRequest request) {
    return request.protocol().equals("HTTP/1.1")
        && request.headers().getAll("Connection").stream()
            .anyMatch(field -> field.toLowerCase(Locale.ROOT).contains("upgrade"));
  }
}
