package dev.rheo.junit.fault;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * Faults on demand. A test chooses requests, says what happens to them, and can ask afterwards
 * whether it did:
 *
 * <pre>{@code
 * Fault cut = server.faults().onWatch("configmaps").cutAfter(3).times(1);
 * ...
 * cut.awaitFired(Duration.ofSeconds(5));
 * }</pre>
 *
 * <p>A request meets all faults that match it, in the order in which they were put in force, until
 * one answers it. What the test support does itself, such as making a namespace, meets none.
 *
 * <p>The faults of a server are those of all its clients. Tests that use one server at once narrow
 * them with {@link FaultPoint#inNamespace}.
 *
 * <p>Thread-safe.
 */
public final class Faults {
  private final LiveWatches live = new LiveWatches();
  private final List<Fault> active = new CopyOnWriteArrayList<>();
  private final Runnable forgetHistory;

  Faults(Runnable forgetHistory) {
    this.forgetHistory = forgetHistory;
  }

  /** All requests of which something is true. */
  public FaultPoint on(Predicate<ApiRequest> which) {
    return new FaultPoint(this, "requests", which, -1);
  }

  /** The next request of which something is true, and no other. */
  public FaultPoint next(Predicate<ApiRequest> which) {
    return new FaultPoint(this, "the next request", which, 1);
  }

  /**
   * All watches of a resource, with and without initial events.
   *
   * @param resource as {@link ApiRequest#isOf} takes it
   */
  public FaultPoint onWatch(String resource) {
    return of("watches", resource, ApiRequest::isWatch);
  }

  /** All watches of a resource that ask for initial events and their end. */
  public FaultPoint onWatchList(String resource) {
    return of("watch lists", resource, ApiRequest::isWatchList);
  }

  /** All lists of a resource. */
  public FaultPoint onList(String resource) {
    return of("lists", resource, ApiRequest::isList);
  }

  /** All creations of a resource's objects. */
  public FaultPoint onCreate(String resource) {
    return of("creations", resource, ApiRequest::isCreate);
  }

  /** All changes of a resource's objects, by PUT or PATCH. */
  public FaultPoint onUpdate(String resource) {
    return of("updates", resource, ApiRequest::isUpdate);
  }

  private FaultPoint of(String what, String resource, Predicate<ApiRequest> kind) {
    return new FaultPoint(
        this,
        what + " of " + resource,
        request -> kind.test(request) && request.isOf(resource),
        -1);
  }

  /**
   * Breaks the connections of all watches that are open now.
   *
   * @param resource as {@link ApiRequest#isOf} takes it
   * @return how many there were
   */
  @CanIgnoreReturnValue
  public int cutWatches(String resource) {
    return live.cut(request -> request.isOf(resource));
  }

  /** How many watches of a resource are open. */
  public int openWatches(String resource) {
    return live.count(request -> request.isOf(resource));
  }

  /**
   * Forgets the history, in the store and in the watch cache: every revision that a client knows
   * becomes a past one, and a list or a watch from a past one gets 410 Expired. Watches that are
   * open go on; {@link #cutWatches} makes their clients come back.
   */
  public void expireHistory() {
    forgetHistory.run();
  }

  /** The faults in force. */
  public List<Fault> active() {
    return List.copyOf(active);
  }

  /** Ends all faults, and lets go on what they hold. */
  public void clear() {
    active().forEach(Fault::remove);
  }

  LiveWatches live() {
    return live;
  }

  /**
   * @param limit of requests; negative for none
   */
  Fault add(String what, Predicate<ApiRequest> which, Effect effect, int skip, int limit) {
    Fault fault = new Fault(what, which, effect, skip, active::remove);
    if (limit >= 0) {
      fault.times(limit);
    }
    active.add(fault);
    return fault;
  }
}
