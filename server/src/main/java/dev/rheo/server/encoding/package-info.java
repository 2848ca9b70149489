/**
 * The representation of objects, lists and events in each media type, also as tables and as
 * metadata alone. This package writes the bytes around objects; the objects themselves are forms in
 * the spool.
 */
@NullMarked
package dev.rheo.server.encoding;

import org.jspecify.annotations.NullMarked;
