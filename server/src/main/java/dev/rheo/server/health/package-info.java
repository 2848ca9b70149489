/** Whether the server lives and is ready, as its load balancers and operators ask. */
@NullMarked
package dev.rheo.server.health;

import org.jspecify.annotations.NullMarked;
