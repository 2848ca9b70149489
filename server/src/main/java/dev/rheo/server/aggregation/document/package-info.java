/**
 * What extension API servers tell of themselves: discovery and OpenAPI, asked from time to time.
 */
@NullMarked
package dev.rheo.server.aggregation.document;

import org.jspecify.annotations.NullMarked;
