/** The server as a whole: what it is told, and how its parts are started, joined and ended. */
@NullMarked
package dev.rheo.app;

import org.jspecify.annotations.NullMarked;
