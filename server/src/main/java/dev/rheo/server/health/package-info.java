/** Liveness and readiness, as load balancers and operators query them. */
@NullMarked
package dev.rheo.server.health;

import org.jspecify.annotations.NullMarked;
