/**
 * Values for which the API defines a spelling: quantities, times, bytes, floating-point numbers.
 */
@NullMarked
package dev.rheo.codec.value;

import org.jspecify.annotations.NullMarked;
