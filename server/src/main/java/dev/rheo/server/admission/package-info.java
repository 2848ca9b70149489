/**
 * Admission that looks up other objects: what a write gets of them, and what they forbid it. The
 * default plugins that look up nothing are in {@code dev.rheo.resource.rules}.
 */
@NullMarked
package dev.rheo.server.admission;

import org.jspecify.annotations.NullMarked;
