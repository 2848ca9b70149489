/** The server put together: from a configuration to a listening address. */
@NullMarked
package dev.rheo.server;

import org.jspecify.annotations.NullMarked;
