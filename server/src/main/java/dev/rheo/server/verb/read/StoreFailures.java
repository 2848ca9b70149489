package dev.rheo.server.verb.read;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Status;
import dev.rheo.store.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Maps failures of the store to API errors, in words without paths or hosts. */
public final class StoreFailures {
  private StoreFailures() {}

  public static ApiException of(StoreException e) {
    if (e.undecided()) {
      // Not a 503: the client must check whether the write was made before it retries.
      return ApiException.internalError(
          "whether the write was made is not known: " + e.reason(), e);
    }
    if (e.fault() == StoreException.Fault.DAMAGED) {
      return damaged(e.reason(), e);
    }
    if (e.fault() == StoreException.Fault.TOO_LARGE) {
      return ApiException.requestEntityTooLarge("the store refuses it: " + e.reason());
    }
    if (e.fault() == StoreException.Fault.UNREADABLE) {
      return ApiException.internalError(e.reason(), e);
    }
    String message = "the store cannot serve: " + e.reason();
    return e.fault() == StoreException.Fault.SILENT ? late(message, e) : unavailable(message, e);
  }

  /** As a cache that is late: a retry after a second may succeed. */
  private static ApiException late(String message, StoreException cause) {
    return new ApiException(Status.failure(504, "Timeout", message, retry()), cause);
  }

  /** Not a 503: a retry cannot succeed. */
  static ApiException damaged(String reason, @Nullable StoreException cause) {
    return ApiException.internalError("the store cannot serve: " + reason, cause);
  }

  /** A retry after a second may succeed. */
  static ApiException unavailable(String message, @Nullable StoreException cause) {
    return new ApiException(Status.failure(503, "ServiceUnavailable", message, retry()), cause);
  }

  private static Details retry() {
    return new Details("", "", "", "", List.of(), 1);
  }
}
