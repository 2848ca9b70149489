package dev.rheo.client.official;

import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.models.V1Status;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.Watchable;
import java.util.Iterator;

/** A watch that was refused with 410, as a stream whose one event says so. */
final class Expired<T> implements Watchable<T> {

  private final ApiException refusal;
  private boolean told;

  Expired(ApiException refusal) {
    this.refusal = refusal;
  }

  @Override
  public boolean hasNext() {
    return !told;
  }

  @Override
  public Watch.Response<T> next() {
    told = true;
    return new Watch.Response<>(
        "ERROR",
        new V1Status().status("Failure").code(410).reason("Expired").message(refusal.getMessage()));
  }

  @Override
  public Iterator<Watch.Response<T>> iterator() {
    return this;
  }

  @Override
  public void close() {
    // The answer has been read.
  }
}
