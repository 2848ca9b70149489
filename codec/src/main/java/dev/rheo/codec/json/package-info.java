/**
 * JSON, the canonical form: decoding of request bodies, canonical encoding, and what the hot path
 * reads from a form without building a tree.
 */
@NullMarked
package dev.rheo.codec.json;

import org.jspecify.annotations.NullMarked;
