/** The server's metrics. */
@NullMarked
package dev.rheo.server.metrics;

import org.jspecify.annotations.NullMarked;
