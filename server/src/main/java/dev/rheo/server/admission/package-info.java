/**
 * Admission: what a write gets of other objects, and what they forbid it. What the default plugins
 * do that look up nothing is in {@code dev.rheo.resource.rules}.
 */
@NullMarked
package dev.rheo.server.admission;

import org.jspecify.annotations.NullMarked;
