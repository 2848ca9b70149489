package dev.rheo.junit.fault;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.rheo.api.feature.FeatureGates;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.api.status.Status;
import dev.rheo.junit.fault.EventScript.Verdict;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says what happens to the requests that a test has chosen. Each method that returns a {@link
 * Fault} puts one in force, for requests that arrive from then on; a watch that is open already
 * goes on.
 *
 * <p>Not thread-safe.
 */
public final class FaultPoint {
  private static final FeatureGates NO_WATCH_LIST = FeatureGates.parse("WatchList=false");

  private static final String MATCH = "resourceVersionMatch";

  private final Faults faults;
  private final String what;
  private final int limit;
  private Predicate<ApiRequest> which;
  private int skip;

  /**
   * @param limit of requests; negative for none
   */
  FaultPoint(Faults faults, String what, Predicate<ApiRequest> which, int limit) {
    this.faults = faults;
    this.what = what;
    this.which = which;
    this.limit = limit;
  }

  /** Chooses only requests of a namespace, so that tests that run at once do not meet them. */
  @CanIgnoreReturnValue
  public FaultPoint inNamespace(String namespace) {
    return where(request -> request.namespace().equals(namespace));
  }

  /** Chooses only requests of which this is true, too. */
  @CanIgnoreReturnValue
  public FaultPoint where(Predicate<ApiRequest> narrower) {
    which = which.and(narrower);
    return this;
  }

  /** Lets the first requests that match pass. */
  @CanIgnoreReturnValue
  public FaultPoint skip(int requests) {
    skip = requests;
    return this;
  }

  /**
   * The connection of a watch breaks after a number of events, initial ones included; bookmarks do
   * not count. The client is given a tenth of a second to read these events, and no later ones. 0
   * breaks it before the first one. With HTTP/2 the stream is reset, and the others of the
   * connection go on.
   */
  public Fault cutAfter(int events) {
    return stream("cut after %d events".formatted(events), Verdict.CUT, events, false);
  }

  /**
   * The connection of a watch list breaks within the initial events, after so many of them. If
   * there are fewer, nothing happens to it.
   */
  public Fault cutInitialEventsAfter(int events) {
    return stream("cut after %d initial events".formatted(events), Verdict.CUT, events, true);
  }

  /**
   * The connection breaks after so many bytes of the answer, before any compression, be that within
   * an event or an object. If the answer is shorter, nothing happens to it.
   */
  public Fault cutAtByte(long bytes) {
    return add("cut at byte " + bytes, new ByteCut(bytes));
  }

  /** A watch ends after so many events without an error, as one does whose time is over. */
  public Fault endAfter(int events) {
    return stream("ended after %d events".formatted(events), Verdict.END, events, false);
  }

  /**
   * A watch sends so many events and then nothing more, with its connection open, until {@link
   * Fault#release}. 0 sends only the header.
   */
  public Fault stallAfter(int events) {
    return stream("stalled after %d events".formatted(events), Verdict.STALL, events, false);
  }

  /**
   * A watch sends so many events, then an ERROR event with the Status 410 Expired, and ends. In
   * other formats than JSON the connection breaks instead.
   */
  public Fault expireAfter(int events) {
    return stream("expired after %d events".formatted(events), Verdict.EXPIRE, events, false);
  }

  /**
   * A watch list without the bookmark that ends the initial events, as test servers send it. The
   * stream goes on with the changes.
   */
  public Fault withoutEndBookmark() {
    return add("without the end bookmark", new Streams(met -> new EndBookmark()), true);
  }

  /**
   * A watch is answered as if its revision were forgotten: with an ERROR event, 410 Expired. Other
   * requests are refused with that Status. To forget the revisions in truth there is {@link
   * Faults#expireHistory}.
   */
  public Fault expire() {
    return add("expired", new Expiry());
  }

  /** The request reaches the server later. */
  public Fault delay(Duration time) {
    return add("delayed by " + time, new Hold(time));
  }

  /**
   * The request is not answered, with its connection open, until {@link Fault#release}. Not even
   * the header of the answer is sent.
   */
  public Fault stall() {
    return add("not answered", new Hold(null));
  }

  /**
   * A watch breaks if the same client has the same watch open already: the same path and selectors,
   * from the same {@code User-Agent}. It shows a client that opens a second watch while it has the
   * first; {@link Fault#fired} counts them.
   */
  public Fault cutDuplicates() {
    return add("cut as a second one", new Duplicates(faults.live()));
  }

  /**
   * Watch lists are taken for plain watches, as by a server that ignores parameters that it does
   * not know, such as many test servers: the objects come as ADDED events if the request names no
   * revision, and no bookmark ends them.
   */
  public Fault ignoreWatchLists() {
    return add("taken for a plain watch", new OldServer(), true);
  }

  /**
   * Watch lists are refused with 422 Invalid, as by Kubernetes 1.27 to 1.31, where the gate
   * WatchList is off.
   */
  public Fault refuseWatchLists() {
    return add("refused as a watch list", new Refusal(FaultPoint::withoutGate), true);
  }

  /**
   * Watches with a {@code resourceVersionMatch}, as every watch list has, are refused with 422
   * Invalid, as by Kubernetes 1.19 to 1.26: these servers do not know {@code sendInitialEvents}.
   */
  public Fault refuseMatchedWatches() {
    return where(request -> request.isWatch() && request.parameter(MATCH) != null)
        .add("refused for its " + MATCH, new Refusal(FaultPoint::matched));
  }

  /**
   * The request is refused with 429 TooManyRequests.
   *
   * @param retryAfter what the client is asked to wait, in whole seconds
   */
  public Fault tooManyRequests(Duration retryAfter) {
    int seconds = Math.toIntExact(retryAfter.toSeconds());
    return refuse(
        "429", ApiException.tooManyRequests("too many requests, please try again later.", seconds));
  }

  /** The request is refused with 500 InternalError. */
  public Fault internalError() {
    return refuse("500", ApiException.internalError("a fault that a test has asked for"));
  }

  /** The request is refused with 503 ServiceUnavailable. */
  public Fault unavailable() {
    return refuse("503", ApiException.serviceUnavailable("a fault that a test has asked for"));
  }

  /**
   * The request is refused with 409 Conflict, as an update is whose resourceVersion is not the
   * object's. Nothing is written.
   */
  public Fault conflict() {
    return add(
        "409",
        new Refusal(
            request ->
                ApiException.conflict(
                    new GroupResource(request.group(), request.resource()),
                    request.name(),
                    "the object has been modified; please apply your changes to the latest version"
                        + " and try again")));
  }

  /**
   * The request is refused with a Status.
   *
   * @param code 400 to 599
   * @param reason as {@code NotFound}
   */
  public Fault refuse(int code, String reason, String message) {
    if (code < 400 || code > 599) {
      throw new IllegalArgumentException(code + " does not refuse a request: give 400 to 599");
    }
    return refuse(
        Integer.toString(code), new ApiException(Status.failure(code, reason, message, null)));
  }

  private Fault refuse(String name, ApiException status) {
    return add("refused with " + name, new Refusal(request -> status));
  }

  private static ApiException withoutGate(ApiRequest request) {
    Map<String, List<String>> asked = new LinkedHashMap<>();
    for (String name : List.of("watch", "sendInitialEvents", MATCH)) {
      @Nullable String value = request.parameter(name);
      if (value != null) {
        asked.put(name, List.of(value));
      }
    }
    try {
      ListOptions.parse(asked, true, NO_WATCH_LIST);
    } catch (ApiException refused) {
      return refused;
    }
    throw new IllegalStateException("a watch list is valid without its feature gate");
  }

  private static ApiException matched(ApiRequest request) {
    FieldErrors errors = new FieldErrors();
    errors.add(FieldError.forbidden(MATCH, MATCH + " is forbidden for watch"));
    String revision = request.parameter("resourceVersion");
    if (revision == null || revision.isEmpty()) {
      errors.add(
          FieldError.forbidden(MATCH, MATCH + " is forbidden unless resourceVersion is provided"));
    }
    return ApiException.invalid("meta.k8s.io", "ListOptions", "", errors);
  }

  private Fault stream(String name, Verdict verdict, int events, boolean initialOnly) {
    if (events < 0) {
      throw new IllegalArgumentException("there are no %d events".formatted(events));
    }
    return add(
        name, new Streams(met -> new AfterEvents(verdict, events, initialOnly)), initialOnly);
  }

  private Fault add(String name, Effect effect) {
    return faults.add(what + ": " + name, which, effect, skip, limit);
  }

  private Fault add(String name, Effect effect, boolean watchListsOnly) {
    Predicate<ApiRequest> all = which;
    Predicate<ApiRequest> chosen =
        watchListsOnly ? request -> request.isWatchList() && all.test(request) : all;
    return faults.add(what + ": " + name, chosen, effect, skip, limit);
  }
}
