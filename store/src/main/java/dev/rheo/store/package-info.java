/** The source of truth: a small, strictly ordered, durable store of revisions and its engines. */
@NullMarked
package dev.rheo.store;

import org.jspecify.annotations.NullMarked;
