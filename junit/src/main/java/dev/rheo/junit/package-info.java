/** A real API server inside a test. */
@NullMarked
package dev.rheo.junit;

import org.jspecify.annotations.NullMarked;
