/**
 * Admission plugins that look at other objects than the written one. Those that do not are rules of
 * {@code dev.rheo.resource}.
 */
@NullMarked
package dev.rheo.server.admission;

import org.jspecify.annotations.NullMarked;
