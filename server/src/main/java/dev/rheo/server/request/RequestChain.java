package dev.rheo.server.request;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.Handler;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.RequestClass;
import dev.rheo.edge.ledger.Ledger;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.AccessControl;
import dev.rheo.server.security.Identity;
import java.security.cert.X509Certificate;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way of every request through the server, as a chain of steps. The first ones run in {@link
 * #precheck}, before the body is read, the others in {@link #handle}:
 *
 * <pre>
 *   what is asked        {@link RequestInfo}
 *   who, may they        {@link AccessControl}      401 and 403 end here
 *   - the body arrives -
 *   where it leads       {@link Routes}
 *   when                 {@link Seats}              429
 *   the verb             {@link Verbs}
 *   what is told of it   {@link Reporting}          the response or the refusal, warnings, metrics
 * </pre>
 *
 * <p>A request is authenticated and authorized once. The result travels with it as its {@linkplain
 * HttpRequest#attachment attachment}. A request whose user is refused waits for nothing and takes
 * no seat. Thread-safe.
 */
public final class RequestChain implements Handler {

  /** Heap of a table row with about ten cells of maximum length; most rows are far smaller. */
  private static final long TABLE_BYTES = 16 << 10;

  private final AccessControl access;
  private final Routes routes;
  private final Seats seats;
  private final Verb verb;
  private final Reporting reporting;
  private final Ledger ledger;
  private final HeavyPermits heavyPermits = new HeavyPermits(heavyPermits());

  /**
   * @param verb what a request does, {@link Verbs} but in tests
   * @param ledger charged for what requests decode and build
   */
  public RequestChain(
      AccessControl access,
      Routes routes,
      Seats seats,
      Verb verb,
      Reporting reporting,
      Ledger ledger) {
    this.access = access;
    this.routes = routes;
    this.seats = seats;
    this.verb = verb;
    this.reporting = reporting;
    this.ledger = ledger;
  }

  @Override
  public @Nullable CompletableFuture<?> prepare(HttpRequest head) {
    return access.prepare(head);
  }

  /** Finds out who makes the request and whether they may. */
  @Override
  public @Nullable HttpResponse precheck(HttpRequest head) {
    try {
      head.attach(access.admit(head, RequestInfo.of(head)));
      return null;
    } catch (ApiException refusal) {
      return reporting.early(refusal);
    }
  }

  @Override
  public boolean knows(X509Certificate certificate) {
    return access.knows(certificate);
  }

  /** A table keeps one row on the heap until the peer has taken it. */
  @Override
  public long weight(HttpRequest head) {
    String accept = head.header("Accept");
    long table = accept != null && accept.contains("as=Table") ? TABLE_BYTES : 0;
    return head.attachment() instanceof Identity identity ? table + identity.weight() : table;
  }

  @Override
  public HttpResponse handle(HttpRequest request) throws Exception {
    if (!(request.attachment() instanceof Identity identity)) {
      throw new IllegalStateException("the request did not pass the access control");
    }
    // Parsed again: while a body arrives, a path in pieces would weigh many times the target.
    RequestInfo info = RequestInfo.of(request);
    Route route = routes.find(request, info);
    Call call = new Call(request, info, identity.user(), route);
    return metered(
        request,
        () -> reporting.tell(call, () -> seats.run(seat(call), request, () -> verb.answer(call))));
  }

  /**
   * A request that goes on to another server takes a seat there. Here it does nothing but wait, and
   * a server that hangs must not take the seats of others.
   */
  private RequestClass seat(Call call) {
    return call.route() instanceof Route.ToExtension
        ? RequestClass.LONG_RUNNING
        : classify(call.request());
  }

  private HttpResponse metered(HttpRequest request, Callable<HttpResponse> work) throws Exception {
    try (RequestMeter meter = new RequestMeter(ledger, heavyPermits, request)) {
      return Meter.within(meter, work::call);
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
}
