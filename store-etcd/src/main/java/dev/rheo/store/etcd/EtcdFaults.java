package dev.rheo.store.etcd;

import dev.rheo.store.StoreException;
import dev.rheo.store.StoreException.Fault;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * What etcd's refusals mean. It tells them by gRPC's codes, and where one code has several meanings
 * by its text ({@code api/v3rpc/rpctypes/error.go}).
 */
final class EtcdFaults {
  private EtcdFaults() {}

  static boolean compacted(Status status) {
    return status.getCode() == Status.Code.OUT_OF_RANGE && says(status, "compacted");
  }

  static boolean future(Status status) {
    return status.getCode() == Status.Code.OUT_OF_RANGE && says(status, "future revision");
  }

  static boolean unknown(Status status) {
    return status.getCode() == Status.Code.UNIMPLEMENTED;
  }

  /** Whether an answer was larger than is taken in. */
  static boolean tooLarge(Status status) {
    return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
        && says(status, "exceeds maximum size");
  }

  /** A failed call that changes nothing. */
  static StoreException of(StatusRuntimeException e) {
    return of(e.getStatus(), false, e);
  }

  /** A failed commit. */
  static StoreException ofCommit(StatusRuntimeException e) {
    boolean undecided =
        switch (e.getStatus().getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, INTERNAL -> true;
          default -> false;
        };
    return of(e.getStatus(), undecided, e);
  }

  static StoreException of(Status status, boolean undecided, @Nullable Throwable cause) {
    String said = String.valueOf(status.getDescription());
    String message = "etcd answered " + status.getCode() + ": " + said;
    return switch (status.getCode()) {
      case RESOURCE_EXHAUSTED ->
          says(status, "space exceeded")
              ? new StoreException(Fault.UNWRITABLE, "its space is used up", message, false, cause)
              : says(status, "larger than max")
                  ? requestTooLarge(message, cause)
                  : new StoreException(Fault.PASSING, "it is too busy", message, false, cause);
      case UNAVAILABLE ->
          new StoreException(Fault.SILENT, "it cannot be reached", message, undecided, cause);
      case DEADLINE_EXCEEDED ->
          new StoreException(Fault.SILENT, "it does not answer in time", message, undecided, cause);
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          new StoreException(Fault.PASSING, "it refuses access", message, false, cause);
      case INVALID_ARGUMENT ->
          says(status, "request is too large")
              ? requestTooLarge(message, cause)
              : new StoreException(Fault.PASSING, "it refuses the request", message, false, cause);
      default ->
          new StoreException(
              Fault.PASSING, "it failed, its log says why", message, undecided, cause);
    };
  }

  /** A thread that was interrupted while it waited; it stays so. */
  static StoreException of(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new StoreException("interrupted", e);
  }

  private static StoreException requestTooLarge(String message, @Nullable Throwable cause) {
    return new StoreException(
        Fault.TOO_LARGE, "the object is larger than it takes", message, false, cause);
  }

  private static boolean says(Status status, String words) {
    String description = status.getDescription();
    return description != null && description.contains(words);
  }
}
