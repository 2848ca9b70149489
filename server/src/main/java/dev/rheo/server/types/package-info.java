/** Changes of the served types while requests run. */
@NullMarked
package dev.rheo.server.types;

import org.jspecify.annotations.NullMarked;
