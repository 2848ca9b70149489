/**
 * Reads watch streams and lists in JSON as they come, one object at a time, without a JSON library.
 */
@NullMarked
package dev.rheo.client.wire;

import org.jspecify.annotations.NullMarked;
