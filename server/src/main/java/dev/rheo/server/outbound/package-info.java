/**
 * Calls to servers that objects of the cluster name: where they are, TLS, HTTP/1.1, with bounded
 * time and memory, and failures in Go's words.
 */
@NullMarked
package dev.rheo.server.outbound;

import org.jspecify.annotations.NullMarked;
