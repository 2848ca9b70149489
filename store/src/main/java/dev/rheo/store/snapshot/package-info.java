/** Snapshots of a store as files: the format, its writer and its reader. */
@NullMarked
package dev.rheo.store.snapshot;

import org.jspecify.annotations.NullMarked;
