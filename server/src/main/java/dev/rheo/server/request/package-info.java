/** What is asked: verb, resource and path of a request, and the order in which it is answered. */
@NullMarked
package dev.rheo.server.request;

import org.jspecify.annotations.NullMarked;
