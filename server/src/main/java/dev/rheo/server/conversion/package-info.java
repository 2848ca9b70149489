/** The conversion of custom resources by webhooks. */
@NullMarked
package dev.rheo.server.conversion;

import org.jspecify.annotations.NullMarked;
