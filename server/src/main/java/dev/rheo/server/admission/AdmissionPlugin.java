package dev.rheo.server.admission;

/**
 * Decides on writes by other objects. Thread-safe. A write may be decided on several times.
 *
 * <p>Both methods throw an {@link dev.rheo.api.status.ApiException} to refuse.
 */
public interface AdmissionPlugin {

  /** Changes the object, before it is prepared and validated. */
  default void admit(AdmissionRequest request) {}

  /** Judges the object as it would be stored; changes nothing. */
  default void validate(AdmissionRequest request) {}
}
