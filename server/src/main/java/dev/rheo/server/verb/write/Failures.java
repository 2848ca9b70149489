package dev.rheo.server.verb.write;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Cause;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Status;
import dev.rheo.merge.PatchException;
import dev.rheo.store.StoreException;
import java.util.List;

/** What clients are told when the parts below fail. */
final class Failures {
  private Failures() {}

  static ApiException of(StoreException e) {
    if (e.undecided()) {
      // a client must look before it repeats the write
      return ApiException.internalError(
          "whether the write was made is not known: " + e.reason(), e);
    }
    if (e.fault() == StoreException.Fault.DAMAGED) {
      // nothing is gained by asking again
      return ApiException.internalError("the store cannot serve: " + e.reason(), e);
    }
    return new ApiException(
        Status.failure(
            503,
            "ServiceUnavailable",
            "the store cannot serve: " + e.reason(),
            new Details("", "", "", "", List.of(), 1)),
        e);
  }

  static ApiException of(PatchException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e.fault()) {
      case MALFORMED -> ApiException.badRequest(message);
      case TOO_LARGE -> ApiException.requestEntityTooLarge(message);
      case NOT_APPLICABLE ->
          // upstream's words, and what it keeps to itself as a cause
          new ApiException(
              Status.failure(
                  422,
                  "Invalid",
                  "the server rejected our request due to an error in our request",
                  new Details("", "", "", "", List.of(new Cause("", message, "")), 0)));
    };
  }
}
