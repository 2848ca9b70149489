/** The server as a whole: what it is told, and how its parts are started, joined and ended. */
@NullMarked
package dev.rheo.server;

import org.jspecify.annotations.NullMarked;
