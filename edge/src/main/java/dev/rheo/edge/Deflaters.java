package dev.rheo.edge;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Compresses a limited number of bodies at a time, since a deflater holds some 300 KiB outside the
 * heap for as long as its peer reads. One instance serves the whole server. Thread-safe.
 */
public final class Deflaters {

  private final int limit;
  private final AtomicInteger inUse = new AtomicInteger();

  /**
   * @param limit concurrently compressed bodies, see {@link EdgeSettings.Limits#deflaters}
   */
  public Deflaters(int limit) {
    this.limit = limit;
  }

  /**
   * Compresses a body as one gzip member (RFC 1952) at level 1, as upstream. Closing the result
   * closes the body.
   *
   * @return null if the limit is reached; the caller then sends the body uncompressed
   */
  public @Nullable Body tryCompress(Body body) {
    int taken = inUse.get();
    while (taken < limit) {
      if (inUse.compareAndSet(taken, taken + 1)) {
        try {
          return new GzipBody(body, inUse::decrementAndGet);
        } catch (RuntimeException | Error e) {
          inUse.decrementAndGet();
          body.close();
          throw e;
        }
      }
      taken = inUse.get();
    }
    return null;
  }

  /** Number of bodies being compressed. */
  public int inUse() {
    return inUse.get();
  }

  public int limit() {
    return limit;
  }
}
