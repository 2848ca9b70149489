/** Puts the built-in resource types together from their facts and rules. */
@NullMarked
package dev.rheo.resource.builtin;

import org.jspecify.annotations.NullMarked;
