/** The edge: parses, frames and encrypts, and draws bodies at the pace at which peers read. */
@NullMarked
package dev.rheo.edge;

import org.jspecify.annotations.NullMarked;
