/** Authentication and authorization of requests, and the server's certificates. */
@NullMarked
package dev.rheo.server.security;

import org.jspecify.annotations.NullMarked;
