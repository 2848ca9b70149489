package dev.rheo.server.verb.write;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;

/** What work takes, and what it took at most. */
class CountingMeter extends Meter {
  private final long limit;
  private long charged;
  private long most;

  CountingMeter() {
    this(Long.MAX_VALUE);
  }

  /** Refuses with 429 beyond a limit. */
  CountingMeter(long limit) {
    this.limit = limit;
  }

  long most() {
    return most;
  }

  @Override
  protected void onCharge(long bytes) {
    charged += bytes;
    most = Math.max(most, charged);
    if (charged > limit) {
      throw ApiException.tooManyRequests("no", 1);
    }
  }

  @Override
  protected void onCheck() {}

  @Override
  protected long charged() {
    return charged;
  }

  @Override
  protected void onRelease(long bytes) {
    charged = Math.min(charged, bytes);
  }
}
