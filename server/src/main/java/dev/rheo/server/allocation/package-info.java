/**
 * What a Service holds of the cluster: cluster IPs and node ports.
 *
 * <p>The classes here decide which addresses and ports a new version of a Service has; the write
 * that stores the version takes and returns them in the same commit. They know the store, but no
 * requests.
 */
@NullMarked
package dev.rheo.server.allocation;

import org.jspecify.annotations.NullMarked;
