package dev.rheo.merge;

import dev.rheo.api.status.Shown;

/** A patch that cannot be read, or that does not fit the object. */
public final class PatchException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is at fault. */
  public enum Fault {
    /** The patch itself: it makes no sense for any object. */
    MALFORMED,
    /** The patch and the object do not fit together. */
    NOT_APPLICABLE,
    /** It is more than is allowed. */
    TOO_LARGE
  }

  private final Fault fault;

  PatchException(Fault fault, String message) {
    super(Shown.text(message), null, false, false);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }

  static PatchException malformed(String message) {
    return new PatchException(Fault.MALFORMED, message);
  }

  static PatchException notApplicable(String message) {
    return new PatchException(Fault.NOT_APPLICABLE, message);
  }
}
