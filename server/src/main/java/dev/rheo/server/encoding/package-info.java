/**
 * What answers look like: objects, lists and events in each media type, and as tables or as mere
 * metadata. What stands around objects is made here; the objects themselves are forms in the spool.
 */
@NullMarked
package dev.rheo.server.encoding;

import org.jspecify.annotations.NullMarked;
