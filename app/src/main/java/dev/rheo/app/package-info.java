/** The server as a whole: its configuration, and how its parts are started, wired and closed. */
@NullMarked
package dev.rheo.app;

import org.jspecify.annotations.NullMarked;
