package dev.rheo.store;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot serve: disk full, damaged, closed or unreachable.
 *
 * <p>The message is for whoever runs the store, and may name files. What clients may be told is the
 * {@link #reason}.
 */
public class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private static final String UNTOLD = "it failed, its log says why";

  /** What kind of fault it is. */
  public enum Fault {
    /** Of the moment, or of the one who asks: closed, in use, a read that failed. */
    PASSING,
    /** Nothing can be written; that heals when its cause is gone, such as a full disk. */
    UNWRITABLE,
    /** The data is damaged, which nothing heals but another copy. */
    DAMAGED
  }

  private final boolean undecided;
  private final Fault fault;
  private final String reason;

  /**
   * @param reason why, without anything of the machine's: a few words that follow "the store"
   * @param undecided whether a commit that failed thus may nevertheless turn out to have been made
   *     (after a restart, or once the engine is reachable again)
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
  static StoreException closed(String part) {
    return new StoreException(
        Fault.PASSING, "it is closed", "the " + part + " is closed", false, null);
  }

  static StoreException damaged(String what) {
    return damaged(what, null);
  }

  static StoreException damaged(String what, @Nullable Throwable cause) {
    return new StoreException(
        Fault.DAMAGED, "its data is damaged", "the data is damaged: " + what, false, cause);
  }

  /** The same fault again, under another message and with a trace of its own. */
  StoreException as(String message) {
    return new StoreException(fault, reason, message, undecided, this);
  }

  /** The same fault again, for another caller. */
  StoreException again() {
    return as(String.valueOf(getMessage()));
  }

  public boolean undecided() {
    return undecided;
  }

  public Fault fault() {
    return fault;
  }

  /** Why, in words that clients may read: no path, no host, no engine. */
  public String reason() {
    return reason;
  }
}
