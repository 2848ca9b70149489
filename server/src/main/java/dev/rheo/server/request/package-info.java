/** The steps of a request: parsing of its path, access control, dispatch to the verbs. */
@NullMarked
package dev.rheo.server.request;

import org.jspecify.annotations.NullMarked;
