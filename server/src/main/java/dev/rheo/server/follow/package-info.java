/** How the server follows objects: each that changes in the watch cache wakes a thread. */
@NullMarked
package dev.rheo.server.follow;

import org.jspecify.annotations.NullMarked;
