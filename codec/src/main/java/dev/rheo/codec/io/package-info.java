/**
 * Bytes in and out: what the codecs of this module are built from, and the meter that pays for it.
 * Of these, only the meter is meant for other modules.
 */
@NullMarked
package dev.rheo.codec.io;

import org.jspecify.annotations.NullMarked;
