/**
 * Values that have a spelling of their own in the API: quantities, times, bytes, floating-point
 * numbers.
 */
@NullMarked
package dev.rheo.codec.value;

import org.jspecify.annotations.NullMarked;
