/**
 * The schema of the built-in types: which fields a type has, in which order, and how each is
 * written.
 */
@NullMarked
package dev.rheo.codec.schema;

import org.jspecify.annotations.NullMarked;
