package dev.rheo.store;

import org.jspecify.annotations.Nullable;

/** The store cannot serve: disk full, damaged, closed or unreachable. */
public class StoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean undecided;

  /**
   * @param undecided whether a commit that failed thus may nevertheless turn out to have been made
   *     (after a restart, or once the engine is reachable again)
   */
  public StoreException(String message, boolean undecided, @Nullable Throwable cause) {
    super(message, cause);
    this.undecided = undecided;
  }

  public StoreException(String message, @Nullable Throwable cause) {
    this(message, false, cause);
  }

  public StoreException(String message) {
    this(message, false, null);
  }

  public boolean undecided() {
    return undecided;
  }
}
