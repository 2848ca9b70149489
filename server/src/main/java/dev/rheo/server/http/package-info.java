/** The edge: parses, frames and encrypts, and draws bodies at the pace at which peers read. */
@NullMarked
package dev.rheo.server.http;

import org.jspecify.annotations.NullMarked;
