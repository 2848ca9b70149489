/** What the server tells of itself. */
@NullMarked
package dev.rheo.server.metrics;

import org.jspecify.annotations.NullMarked;
