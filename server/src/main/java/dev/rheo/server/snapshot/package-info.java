/** Snapshots of the store, for backups of a server that runs. */
@NullMarked
package dev.rheo.server.snapshot;

import org.jspecify.annotations.NullMarked;
