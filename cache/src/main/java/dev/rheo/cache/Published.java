package dev.rheo.cache;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The state that readers see: all resources at one revision, published by one volatile write.
 * Resources that did not change share their state with the publication before.
 *
 * @param states by {@link Resource#index}; null where there is no resource
 */
record Published(Generation generation, long revision, @Nullable TableState[] states) {
  /** The state of a resource; null if it was removed, or is not loaded yet. */
  @Nullable TableState of(Resource resource) {
    TableState state = resource.index < states.length ? states[resource.index] : null;
    return state != null && state.table().owner == resource ? state : null;
  }

  /**
   * The state of a resource.
   *
   * @throws NotCachedException if it was removed
   */
  TableState require(Resource resource) {
    TableState state = of(resource);
    if (state == null) {
      throw resource.notCached();
    }
    return state;
  }

  /** The same revision with another state of one resource, or without it. */
  Published with(int index, @Nullable TableState state) {
    @Nullable TableState[] changed = Arrays.copyOf(states, Math.max(states.length, index + 1));
    changed[index] = state;
    return new Published(generation, revision, changed);
  }
}
