package dev.rheo.client;

import org.jspecify.annotations.Nullable;

/**
 * Something that went wrong in an informer. The informer goes on by itself in each case.
 *
 * @param kind what it is
 * @param message one line that says what happened
 * @param status the HTTP status by which a server refused a request, 0 if it is none of that
 * @param cause the exception, if there was one
 */
public record InformerFault(Kind kind, String message, int status, @Nullable Throwable cause) {

  /**
   * Whether the server refused a request in a way that asking again does not mend, such as for a
   * lack of permission. The informer asks again all the same, ever more slowly.
   */
  public boolean refusesForGood() {
    return status >= 400 && status < 500 && status != 408 && status != 410 && status != 429;
  }

  /** The kinds of faults. */
  public enum Kind {
    /** A request was refused, broke off or was silent. It is asked again. */
    REQUEST,
    /** An object cannot be read, transformed or indexed. The store keeps what it had of it. */
    OBJECT,
    /** A handler threw an exception. It is told the next change all the same. */
    HANDLER
  }
}
