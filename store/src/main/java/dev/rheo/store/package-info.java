/**
 * The authority: a small, strictly ordered, durable store of revisions, whichever engine holds it.
 */
@NullMarked
package dev.rheo.store;

import org.jspecify.annotations.NullMarked;
