/** The reading verbs: get, list, watch and watch list, as bodies drawn from the watch cache. */
@NullMarked
package dev.rheo.server.verb.read;

import org.jspecify.annotations.NullMarked;
