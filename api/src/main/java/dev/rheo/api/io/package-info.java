/** Failures of input and output, told to people. */
@NullMarked
package dev.rheo.api.io;

import org.jspecify.annotations.NullMarked;
