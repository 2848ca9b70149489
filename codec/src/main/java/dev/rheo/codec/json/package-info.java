/**
 * JSON, the canonical form: decodes request bodies, encodes canonically, and reads from a form what
 * the hot path needs, without building a tree.
 */
@NullMarked
package dev.rheo.codec.json;

import org.jspecify.annotations.NullMarked;
