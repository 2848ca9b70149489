/** Metrics of informers for Micrometer, which is an optional dependency. */
@NullMarked
package dev.rheo.client.metrics;

import org.jspecify.annotations.NullMarked;
