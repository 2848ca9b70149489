/** Expressions that select devices. */
@NullMarked
package dev.rheo.cel.device;

import org.jspecify.annotations.NullMarked;
