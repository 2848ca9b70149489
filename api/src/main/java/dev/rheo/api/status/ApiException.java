package dev.rheo.api.status;

import dev.rheo.api.name.GroupResource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request with a {@link Status}. Message, reason, code and details are those of {@code
 * k8s.io/apimachinery/pkg/api/errors}, since clients check all four. It has no stack trace, since
 * it is a response and not a fault of the server.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Status status;
  private final transient List<String> warnings;

  public ApiException(Status status) {
    this(status, null);
  }

  public ApiException(Status status, @Nullable Throwable cause) {
    this(status, cause, List.of());
  }

  private ApiException(Status status, @Nullable Throwable cause, List<String> warnings) {
    super(status.message(), cause, false, false);
    this.status = status;
    this.warnings = warnings;
  }

  /** The same refusal, with warnings that the client is to be told, too. */
  public ApiException withWarnings(List<String> warnings) {
    return new ApiException(status, getCause(), List.copyOf(warnings));
  }

  /** Texts of {@code Warning} headers; may be empty. */
  public List<String> warnings() {
    return warnings;
  }

  public Status status() {
    return status;
  }

  /** The HTTP status code. */
  public int code() {
    return status.code();
  }

  public String reason() {
    return status.reason();
  }

  public static ApiException badRequest(String message) {
    return of(400, "BadRequest", message, null);
  }

  /**
   * @param message may be empty
   */
  public static ApiException unauthorized(String message) {
    return of(401, "Unauthorized", message.isEmpty() ? "not authorized" : message, null);
  }

  /**
   * @param name may be empty
   * @param why what follows {@code is forbidden: }
   */
  public static ApiException forbidden(GroupResource resource, String name, String why) {
    String what =
        resource.isEmpty()
            ? "forbidden: "
            : name.isEmpty()
                ? resource + " is forbidden: "
                : resource + " " + Excerpt.quoted(name) + " is forbidden: ";
    return of(403, "Forbidden", what + why, details(resource, name));
  }

  public static ApiException notFound(GroupResource resource, String name) {
    return of(
        404,
        "NotFound",
        resource + " " + Excerpt.quoted(name) + " not found",
        details(resource, name));
  }

  /** No resource is served at this path. */
  public static ApiException pathNotFound() {
    return of(
        404,
        "NotFound",
        "the server could not find the requested resource",
        Details.of("", "", ""));
  }

  public static ApiException alreadyExists(GroupResource resource, String name) {
    return of(
        409,
        "AlreadyExists",
        resource + " " + Excerpt.quoted(name) + " already exists",
        details(resource, name));
  }

  /** No free name was found for a {@code generateName}. */
  public static ApiException generateNameConflict(
      GroupResource resource, String name, int retryAfterSeconds) {
    return of(
        409,
        "AlreadyExists",
        resource
            + " "
            + Excerpt.quoted(name)
            + " already exists, the server was not able to generate a unique name for the object",
        new Details(name, resource.group(), resource.resource(), "", List.of(), retryAfterSeconds));
  }

  /**
   * @param why what follows {@code Operation cannot be fulfilled on ...: }
   */
  public static ApiException conflict(GroupResource resource, String name, String why) {
    return of(
        409,
        "Conflict",
        "Operation cannot be fulfilled on " + resource + " " + Excerpt.quoted(name) + ": " + why,
        details(resource, name));
  }

  /** A conflict of server-side apply. */
  public static ApiException applyConflict(List<Cause> causes, String message) {
    return of(409, "Conflict", message, Details.of("", "", "").withCauses(causes));
  }

  /**
   * @param group of the kind, empty for the core group
   * @param name may be empty
   */
  public static ApiException invalid(String group, String kind, String name, FieldErrors errors) {
    String what =
        (group.isEmpty() ? kind : kind + "." + group) + " " + Excerpt.quoted(name) + " is invalid";
    return of(
        422,
        "Invalid",
        errors.isEmpty() ? what : what + ": " + errors.message(),
        Details.of(group, kind, name).withCauses(errors.causes()));
  }

  /** As {@link #invalid(String, String, String, FieldErrors)}, for a list of errors. */
  public static ApiException invalid(
      String group, String kind, String name, List<FieldError> errors) {
    FieldErrors collected = new FieldErrors();
    errors.forEach(collected::add);
    return invalid(group, kind, name, collected);
  }

  /**
   * @param action the verb
   */
  public static ApiException methodNotSupported(GroupResource resource, String action) {
    return of(
        405,
        "MethodNotAllowed",
        action + " is not supported on resources of kind " + Excerpt.quoted(resource.toString()),
        details(resource, ""));
  }

  /** The path exists but not with this HTTP method. */
  public static ApiException methodNotAllowed() {
    return of(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
        Details.of("", "", ""));
  }

  /** No media type of the Accept header is supported, whatever its parameters. */
  public static ApiException noRepresentation(List<String> supported) {
    return of(
        406,
        "NotAcceptable",
        "406: Not Acceptable\n\nAvailable representations: " + String.join(", ", supported),
        Details.of("", "", ""));
  }

  /** A media type is supported, but not with the requested parameters or not for this verb. */
  public static ApiException notAcceptable(List<String> supported) {
    return of(
        406,
        "NotAcceptable",
        "only the following media types are accepted: " + String.join(", ", supported),
        null);
  }

  /** 406 for another reason than the media type. */
  public static ApiException notAcceptable(String message) {
    return of(406, "NotAcceptable", message, null);
  }

  public static ApiException unsupportedMediaType(List<String> supported) {
    return of(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
            + String.join(", ", supported),
        null);
  }

  public static ApiException gone(String message) {
    return of(410, "Gone", message, null);
  }

  /** The revision asked for is no longer retained. */
  public static ApiException resourceExpired(String message) {
    return of(410, "Expired", message, null);
  }

  /** As {@link #resourceExpired}, with a token by which the list can be resumed inconsistently. */
  public static ApiException resourceExpired(String message, String continueToken) {
    return new ApiException(
        Status.failure(410, "Expired", message, null).withContinue(continueToken));
  }

  public static ApiException tooManyRequests(String message, int retryAfterSeconds) {
    return of(429, "TooManyRequests", message, Details.retryAfter(retryAfterSeconds));
  }

  /** The store cannot complete the operation at this time. */
  public static ApiException serverTimeout(
      GroupResource resource, String operation, int retryAfterSeconds) {
    return of(
        500,
        "ServerTimeout",
        "The "
            + operation
            + " operation against "
            + resource
            + " could not be completed at this time, please try again.",
        new Details(
            operation, resource.group(), resource.resource(), "", List.of(), retryAfterSeconds));
  }

  public static ApiException timeout(String message, int retryAfterSeconds) {
    return of(504, "Timeout", "Timeout: " + message, Details.retryAfter(retryAfterSeconds));
  }

  /** The read requires revision {@code wanted}, but the server has only reached {@code current}. */
  public static ApiException tooLargeResourceVersion(long wanted, long current) {
    return of(
        504,
        "Timeout",
        "Timeout: Too large resource version: "
            + Long.toUnsignedString(wanted)
            + ", current: "
            + current,
        Details.retryAfter(1)
            .withCauses(
                List.of(new Cause("ResourceVersionTooLarge", "Too large resource version", ""))));
  }

  public static ApiException requestEntityTooLarge(String message) {
    return of(413, "RequestEntityTooLarge", "Request entity too large: " + message, null);
  }

  public static ApiException internalError(String message) {
    return internalError(message, null);
  }

  public static ApiException internalError(String message, @Nullable Throwable cause) {
    return new ApiException(
        Status.failure(
            500,
            "InternalError",
            "Internal error occurred: " + message,
            Details.of("", "", "").withCauses(List.of(new Cause("", message, "")))),
        cause);
  }

  public static ApiException serviceUnavailable(String message) {
    return of(503, "ServiceUnavailable", message, null);
  }

  /** The same refusal with one more cause. */
  public ApiException withCause(Cause cause) {
    Details details = status.details() == null ? Details.of("", "", "") : status.details();
    List<Cause> causes = new ArrayList<>(details.causes());
    causes.add(cause);
    return new ApiException(
        new Status(
            status.continueToken(),
            status.status(),
            status.message(),
            status.reason(),
            details.withCauses(causes),
            status.code()),
        getCause());
  }

  private static ApiException of(
      int code, String reason, String message, @Nullable Details details) {
    return new ApiException(Status.failure(code, reason, message, details));
  }

  private static Details details(GroupResource resource, String name) {
    return Details.of(resource.group(), resource.resource(), name);
  }
}
