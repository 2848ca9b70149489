package dev.rheo.merge;

import dev.rheo.api.status.Excerpt;

/** A patch is malformed, does not apply to the object, or exceeds a limit. */
public final class PatchException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is at fault. */
  public enum Fault {
    /** The patch is invalid for every object. */
    MALFORMED,
    /** The patch does not apply to this object. */
    NOT_APPLICABLE,
    /** The patch exceeds a limit. */
    TOO_LARGE
  }

  private final Fault fault;

  PatchException(Fault fault, String message) {
    super(Excerpt.text(message), null, false, false);
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
