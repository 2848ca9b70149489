package dev.rheo.client;

import dev.rheo.client.reflector.ReflectorState;
import org.jspecify.annotations.Nullable;

/**
 * How an informer is.
 *
 * @param running whether it has been started and not stopped
 * @param synced whether its store has been complete, and its first handlers have been told
 * @param state what it is doing
 * @param resourceVersion up to which version the store has all changes; empty before it is complete
 * @param objects how many objects it has
 * @param behind how many changes its slowest handler has not been told
 * @param unreadable how often an object could not be kept, because it could not be read, or because
 *     a transform or the function of an index threw: it is missing, or as it was before
 * @param lastFault what failed since it was last well; null if it is well
 */
public record InformerHealth(
    boolean running,
    boolean synced,
    ReflectorState state,
    String resourceVersion,
    int objects,
    long behind,
    long unreadable,
    @Nullable String lastFault) {

  /** Whether it follows its server now. */
  public boolean watching() {
    return running && (state == ReflectorState.SYNCED || state == ReflectorState.WATCH);
  }
}
