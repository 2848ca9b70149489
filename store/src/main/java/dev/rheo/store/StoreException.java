package dev.rheo.store;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot serve: disk full, damaged, closed or unreachable.
 *
 * <p>The message is for the operator and may name files. Clients may be told the {@link #reason}.
 */
public class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private static final String UNTOLD = "it failed, its log says why";

  /** The kind of a fault. */
  public enum Fault {
    /** Temporary, or of this call only: closed, in use, a read that failed. */
    PASSING,
    /** It gave no answer in time: slow, cut off or gone. */
    SILENT,
    /** A commit that is larger than the engine takes. */
    TOO_LARGE,
    /** Of one value, which cannot be decrypted or encrypted; {@link #reason} says why. */
    UNREADABLE,
    /** Nothing can be written until the cause, such as a full disk, is gone. */
    UNWRITABLE,
    /** The data is damaged; only a restore from a copy helps. */
    DAMAGED
  }

  private final boolean undecided;
  private final Fault fault;
  private final String reason;

  /**
   * @param reason a few words for clients that follow "the store cannot serve:", without path or
   *     host
   * @param undecided whether the failed commit may still turn out to have been made (after a
   *     restart, or once the engine is reachable again)
   */
  public StoreException(
      Fault fault, String reason, String message, boolean undecided, @Nullable Throwable cause) {
    super(message, cause);
    this.fault = fault;
    this.reason = reason;
    this.undecided = undecided;
  }

  public StoreException(String message, boolean undecided, @Nullable Throwable cause) {
    this(Fault.PASSING, UNTOLD, message, undecided, cause);
  }

  public StoreException(String message, @Nullable Throwable cause) {
    this(message, false, cause);
  }

  public StoreException(String message) {
    this(message, false, null);
  }

  /** The store, or a part of it, was closed. */
  public static StoreException closed(String part) {
    return new StoreException(
        Fault.PASSING, "it is closed", "the " + part + " is closed", false, null);
  }

  static StoreException damaged(String what) {
    return damaged(what, false, null);
  }

  static StoreException damaged(String what, boolean undecided, @Nullable Throwable cause) {
    return new StoreException(
        Fault.DAMAGED, "its data is damaged", "the data is damaged: " + what, undecided, cause);
  }

  /** A copy of this fault with another message and its own stack trace. */
  StoreException as(String message) {
    return new StoreException(fault, reason, message, undecided, this);
  }

  /** A copy of this fault with its own stack trace, for another caller. */
  StoreException again() {
    return as(String.valueOf(getMessage()));
  }

  public boolean undecided() {
    return undecided;
  }

  public Fault fault() {
    return fault;
  }

  /** Why the store cannot serve, in words for clients: no path, no host. */
  public String reason() {
    return reason;
  }
}
