package dev.rheo.edge;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Compresses bodies, so many at a time: a deflater holds some 300 KiB outside the heap for as long
 * as its reader takes. One for the whole server. Thread-safe.
 */
public final class Deflaters {

  private final int limit;
  private final AtomicInteger inUse = new AtomicInteger();

  /**
   * @param limit bodies compressed at once, see {@link EdgeSettings.Limits#deflaters}
   */
  public Deflaters(int limit) {
    this.limit = limit;
  }

  /**
   * The body as one gzip member (RFC 1952), level 1 as upstream's. Closing it closes the body that
   * it wraps.
   *
   * @return null if as many as may be are compressed already: then the body goes out as it is
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

  /** Bodies that are being compressed. */
  public int inUse() {
    return inUse.get();
  }

  public int limit() {
    return limit;
  }
}
