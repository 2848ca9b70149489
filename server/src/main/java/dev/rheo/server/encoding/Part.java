package dev.rheo.server.encoding;

import dev.rheo.cache.FormKind;
import org.jspecify.annotations.Nullable;

/**
 * What is written of an object between what surrounds it.
 *
 * @param extent how much of it
 * @param kind the derived form that is written; null if it is that stretch of the stored JSON, as
 *     it is
 * @param compressed the same bytes as a deflate segment; null if they cannot be had so
 */
public record Part(Extent extent, @Nullable FormKind kind, @Nullable FormKind compressed) {

  /** How much of an object. */
  public enum Extent {
    /** From the key {@code "metadata"} to the end, the closing brace included. */
    WHOLE,
    /** The member {@code "metadata":{…}}. */
    METADATA,
    NOTHING
  }
}
