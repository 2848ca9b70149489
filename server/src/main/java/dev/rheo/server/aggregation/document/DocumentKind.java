package dev.rheo.server.aggregation.document;

import java.time.Duration;

/**
 * What extension API servers are asked for, and how often. The times are upstream's.
 *
 * <p>A document that was got is asked for again after a minute, with its ETag. After a failure the
 * wait doubles each time.
 */
enum DocumentKind {
  DISCOVERY(
      "/apis",
      Duration.ofSeconds(5),
      Duration.ZERO,
      Duration.ofMillis(500),
      Duration.ofMinutes(1),
      4 << 20,
      8),
  OPENAPI_V3(
      "/openapi/v3",
      Duration.ofMinutes(1),
      Duration.ofSeconds(1),
      Duration.ofMinutes(1),
      Duration.ofHours(1),
      1 << 20,
      4),
  OPENAPI_V2(
      "/openapi/v2",
      Duration.ofMinutes(1),
      Duration.ofSeconds(1),
      Duration.ofMinutes(1),
      Duration.ofHours(1),
      16 << 20,
      2);

  /** After a success. */
  static final Duration REFRESH = Duration.ofMinutes(1);

  final String path;

  /** How long an answer may take. */
  final Duration patience;

  /** The wait after an APIService has appeared or changed. */
  final Duration first;

  private final Duration retry;
  private final Duration lastRetry;

  /** The longest document. */
  final int maxBytes;

  /** How many servers are asked at once. */
  final int atOnce;

  DocumentKind(
      String path,
      Duration patience,
      Duration first,
      Duration retry,
      Duration lastRetry,
      int maxBytes,
      int atOnce) {
    this.path = path;
    this.patience = patience;
    this.first = first;
    this.retry = retry;
    this.lastRetry = lastRetry;
    this.maxBytes = maxBytes;
    this.atOnce = atOnce;
  }

  /**
   * The wait after a failure.
   *
   * @param before how often it failed before, in a row
   */
  Duration retry(int before) {
    Duration wait = retry.multipliedBy(1L << Math.min(before, 20));
    return wait.compareTo(lastRetry) < 0 ? wait : lastRetry;
  }
}
