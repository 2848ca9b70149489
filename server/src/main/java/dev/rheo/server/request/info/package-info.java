/** The parsed path of a request, as authorization and metrics use it. */
@NullMarked
package dev.rheo.server.request.info;

import org.jspecify.annotations.NullMarked;
