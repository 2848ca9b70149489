/** Failures of input and output, and addresses, in words. */
@NullMarked
package dev.rheo.api.io;

import org.jspecify.annotations.NullMarked;
