package dev.rheo.server.verb.write;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Cause;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Status;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.merge.PatchException;
import java.util.List;

/** Maps failures of patches and of the codec to API errors. */
final class ErrorMapping {
  private ErrorMapping() {}

  static ApiException of(MalformedException e) {
    return ApiException.badRequest(String.valueOf(e.getMessage()));
  }

  static ApiException of(PatchException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e.fault()) {
      case MALFORMED -> ApiException.badRequest(message);
      case TOO_LARGE -> ApiException.requestEntityTooLarge(message);
      case NOT_APPLICABLE ->
          // Upstream's message; the reason, which upstream withholds, becomes a cause.
          new ApiException(
              Status.failure(
                  422,
                  "Invalid",
                  "the server rejected our request due to an error in our request",
                  new Details("", "", "", "", List.of(new Cause("", message, "patch")), 0)));
    };
  }
}
