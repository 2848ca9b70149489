/** The edge: TLS, HTTP framing and parsing, and response bodies drawn at the pace of each peer. */
@NullMarked
package dev.rheo.edge;

import org.jspecify.annotations.NullMarked;
