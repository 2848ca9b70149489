package dev.rheo.edge;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The edge's counters. Cheap to increment from any thread. */
final class Counters {

  /** Why something was refused. */
  enum Refusal {
    CONNECTIONS,
    STREAMS,
    HEADERS,
    INCOMING,
    REQUEST_BODIES,
    ANSWERS,
    BODY_TOO_LARGE,
    HEADER_TOO_LARGE,
    BAD_REQUEST,
    BAD_FRAME,
    CALM
  }

  /** Which timeout ended something, other than a stall. */
  enum Timeout {
    HANDSHAKE,
    HEADER,
    REQUEST_BODY,
    IDLE,
    PING
  }

  /** What was ended because its peer read nothing, or because its room was needed. */
  enum Stall {
    RESPONSE,
    WATCH,
    /** Ended early, since its room was needed. */
    EVICTED,
    /** A watch or a waiting request ended because its connection had most of them. */
    SHARED
  }

  final LongAdder connectionsTotal = new LongAdder();
  final LongAdder requestsTotal = new LongAdder();
  final LongAdder streams = new LongAdder();
  final LongAdder longRunning = new LongAdder();
  final LongAdder bytesIn = new LongAdder();
  final LongAdder bytesOut = new LongAdder();
  final LongAdder turns = new LongAdder();
  private final LongAdder[] refusals = adders(Refusal.values().length);
  private final LongAdder[] timeouts = adders(Timeout.values().length);
  private final LongAdder[] stalls = adders(Stall.values().length);

  void refused(Refusal cause) {
    refusals[cause.ordinal()].increment();
  }

  void timedOut(Timeout cause) {
    timeouts[cause.ordinal()].increment();
  }

  void stalled(Stall kind) {
    stalls[kind.ordinal()].increment();
  }

  Map<String, Long> refusals() {
    return byName(Refusal.values(), refusals);
  }

  Map<String, Long> timeouts() {
    return byName(Timeout.values(), timeouts);
  }

  Map<String, Long> stalls() {
    return byName(Stall.values(), stalls);
  }

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }

  private static Map<String, Long> byName(Enum<?>[] names, LongAdder[] adders) {
    Map<String, Long> figures = new LinkedHashMap<>();
    for (Enum<?> name : names) {
      figures.put(
          name.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
          adders[name.ordinal()].sum());
    }
    return Collections.unmodifiableMap(figures);
  }
}
