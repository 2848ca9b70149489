/**
 * The defaults of the built-in kinds: {@code defaults.txt} where a constant does, code where it
 * does not.
 */
@NullMarked
package dev.rheo.resource.defaults;

import org.jspecify.annotations.NullMarked;
