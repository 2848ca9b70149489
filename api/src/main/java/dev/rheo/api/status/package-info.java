/** Refusals: Status objects, and the exception that carries one. */
@NullMarked
package dev.rheo.api.status;

import org.jspecify.annotations.NullMarked;
