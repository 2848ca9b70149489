package dev.rheo.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Puts a fault in force for a test, or for each test of a class: from before its life-cycle methods
 * until after them. {@link dev.rheo.junit.fault.Faults#active} tells whether it happened.
 *
 * <pre>{@code
 * @Test
 * @WithFault(value = WithFault.Kind.CUT_WATCH, resource = "configmaps", after = 3, times = 1)
 * void resumes(KubernetesClient client) {
 * }</pre>
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Repeatable(WithFault.All.class)
public @interface WithFault {

  /** What happens. The faults are those of {@link dev.rheo.junit.fault.FaultPoint}. */
  enum Kind {
    /** Watches break after {@link #after} events. */
    CUT_WATCH,
    /** Watch lists break within the initial events, after {@link #after} of them. */
    CUT_INITIAL_EVENTS,
    /** Lists and watches break after {@link #after} bytes. */
    CUT_AT_BYTE,
    /** Watches end after {@link #after} events as if their time were over. */
    END_WATCH,
    /** Watches stall after {@link #after} events. */
    STALL_WATCH,
    /** Watches get an ERROR event, 410 Expired, after {@link #after} events. */
    EXPIRE_WATCH,
    /** The history is forgotten once, before the test. It is not counted, and not by resource. */
    EXPIRE_HISTORY,
    /** Requests are delayed by {@link #millis}. */
    DELAY,
    /** Requests are not answered. */
    STALL,
    /** A second watch of the same by the same client breaks. */
    CUT_DUPLICATE_WATCHES,
    /** Watch lists are taken for plain watches. */
    IGNORE_WATCH_LISTS,
    /** Watch lists are refused with 422, as by Kubernetes 1.27 to 1.31. */
    REFUSE_WATCH_LISTS,
    /** Watch lists are refused with 422, as by Kubernetes 1.19 to 1.26. */
    REFUSE_MATCHED_WATCHES,
    /** Watch lists come without the bookmark that ends the initial events. */
    NO_END_BOOKMARK,
    /** Requests are refused with 429 and Retry-After of {@link #millis}, in whole seconds. */
    TOO_MANY_REQUESTS,
    /** Requests are refused with 500. */
    INTERNAL_ERROR,
    /** Requests are refused with 503. */
    UNAVAILABLE,
    /** Updates are refused with 409. */
    CONFLICT
  }

  /** What happens. */
  Kind value();

  /** To which requests: those of a resource, {@code PLURAL} or {@code PLURAL.GROUP}. */
  String resource() default "*";

  /** After how many events, or bytes. */
  int after() default 0;

  /** To how many requests; 0 for all. */
  int times() default 0;

  /** For how long. */
  long millis() default 1000;

  /** Several faults. The compiler adds it. */
  @Target({ElementType.TYPE, ElementType.METHOD})
  @Retention(RetentionPolicy.RUNTIME)
  @Documented
  @Inherited
  @interface All {
    WithFault[] value();
  }
}
