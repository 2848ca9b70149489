/**
 * Storm: many readers at once against any Kubernetes API server, each of which verifies all that it
 * gets, and what that costs the server.
 */
@NullMarked
package dev.rheo.storm;

import org.jspecify.annotations.NullMarked;
