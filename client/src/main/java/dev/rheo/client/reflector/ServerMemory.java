package dev.rheo.client.reflector;

/**
 * What the informers of one API version know of its server together: whether it does watch lists.
 * Safe for use by many threads.
 */
public final class ServerMemory {
  private volatile boolean refused;
  private volatile long againAt;

  /** Whether a watch list is worth a try. */
  boolean triesWatchList(long now) {
    return !refused || now - againAt >= 0;
  }

  /** The server does not do watch lists. */
  void refused(long now, long forNanos) {
    againAt = now + forNanos;
    refused = true;
  }

  /** The server has completed a watch list. */
  void completed() {
    refused = false;
  }
}
