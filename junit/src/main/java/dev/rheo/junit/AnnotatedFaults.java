package dev.rheo.junit;

import dev.rheo.junit.fault.ApiRequest;
import dev.rheo.junit.fault.Fault;
import dev.rheo.junit.fault.FaultPoint;
import dev.rheo.junit.fault.Faults;
import java.lang.reflect.AnnotatedElement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The faults that the annotations of a test, its class and the classes around it ask for. */
final class AnnotatedFaults {
  private final List<Fault> inForce = new ArrayList<>();

  /** Puts the faults in force, those of the outermost class first. */
  static AnnotatedFaults of(ExtensionContext test, Faults faults) {
    Deque<AnnotatedElement> elements = new ArrayDeque<>();
    for (ExtensionContext at = test; at != null; at = at.getParent().orElse(null)) {
      at.getElement().filter(element -> element != elements.peek()).ifPresent(elements::push);
    }
    AnnotatedFaults all = new AnnotatedFaults();
    try {
      for (AnnotatedElement element : elements) {
        for (WithFault each :
            AnnotationSupport.findRepeatableAnnotations(element, WithFault.class)) {
          Fault fault = all.add(each, faults);
          if (fault != null) {
            all.inForce.add(each.times() > 0 ? fault.times(each.times()) : fault);
          }
        }
      }
    } catch (RuntimeException | Error e) {
      // One that makes no sense: the next test must not have those before it.
      all.remove();
      throw e;
    }
    return all;
  }

  void remove() {
    inForce.forEach(Fault::remove);
  }

  /** Returns null if it has happened already. */
  private @Nullable Fault add(WithFault wanted, Faults faults) {
    if (wanted.times() < 0 || wanted.millis() < 0) {
      throw new IllegalArgumentException(wanted + ": times and millis must not be negative");
    }
    String resource = wanted.resource();
    int after = wanted.after();
    Duration time = Duration.ofMillis(wanted.millis());
    FaultPoint any = faults.on(request -> request.isOf(resource));
    FaultPoint reads =
        faults.on(request -> request.isOf(resource) && (request.isList() || request.isWatch()));
    FaultPoint watches = faults.onWatch(resource);
    return switch (wanted.value()) {
      case CUT_WATCH -> watches.cutAfter(after);
      case CUT_INITIAL_EVENTS -> watches.cutInitialEventsAfter(after);
      case CUT_AT_BYTE -> reads.cutAtByte(after);
      case END_WATCH -> watches.endAfter(after);
      case STALL_WATCH -> watches.stallAfter(after);
      case EXPIRE_WATCH -> watches.expireAfter(after);
      case EXPIRE_HISTORY -> {
        faults.expireHistory();
        yield null;
      }
      case DELAY -> any.delay(time);
      case STALL -> any.stall();
      case CUT_DUPLICATE_WATCHES -> watches.cutDuplicates();
      case IGNORE_WATCH_LISTS -> watches.ignoreWatchLists();
      case REFUSE_WATCH_LISTS -> watches.refuseWatchLists();
      case REFUSE_MATCHED_WATCHES -> watches.refuseMatchedWatches();
      case NO_END_BOOKMARK -> watches.withoutEndBookmark();
      case TOO_MANY_REQUESTS -> any.tooManyRequests(time);
      case INTERNAL_ERROR -> any.internalError();
      case UNAVAILABLE -> any.unavailable();
      case CONFLICT -> faults.on(ApiRequest::isUpdate).where(r -> r.isOf(resource)).conflict();
    };
  }
}
