package dev.rheo.app;

import dev.rheo.api.status.ApiException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Repeated work that is tried again when it fails. */
final class Guarded {
  private static final Logger LOG = System.getLogger(Guarded.class.getName());

  private Guarded() {}

  /**
   * @param what what the work keeps, for the log
   */
  static Runnable of(String what, Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (ApiException e) {
        LOG.log(Level.WARNING, "{0} could not be kept, tried again: {1}", what, e.getMessage());
      } catch (RuntimeException e) {
        // A task that throws would not be scheduled again.
        LOG.log(Level.WARNING, what + " could not be kept, tried again", e);
      }
    };
  }
}
