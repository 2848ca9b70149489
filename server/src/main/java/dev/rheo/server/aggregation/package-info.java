/** Group versions that extension API servers serve: which there are, and the way to them. */
@NullMarked
package dev.rheo.server.aggregation;

import org.jspecify.annotations.NullMarked;
