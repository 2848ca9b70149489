package dev.rheo.server.encoding;

import dev.rheo.cache.FormKind;
import org.jspecify.annotations.Nullable;

/**
 * The part of an object that is written inside its {@link Encoding.Frame}.
 *
 * @param extent how much of the object
 * @param kind the derived form to write; null to write that range of the stored JSON unchanged
 * @param compressed the form with the same bytes as a deflate segment; null if there is none
 */
public record ObjectRange(Extent extent, @Nullable FormKind kind, @Nullable FormKind compressed) {

  /** How much of an object. */
  public enum Extent {
    /** From the key {@code "metadata"} to the end, the closing brace included. */
    WHOLE,
    /** The member {@code "metadata":{…}}. */
    METADATA,
    NOTHING
  }
}
