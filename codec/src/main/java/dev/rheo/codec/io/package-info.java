/** Bytes in and out: what the codecs of this module are built from. Not meant for other modules. */
@NullMarked
package dev.rheo.codec.io;

import org.jspecify.annotations.NullMarked;
