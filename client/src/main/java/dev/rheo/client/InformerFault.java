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
