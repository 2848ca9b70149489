/**
 * Keeps a store equal to a resource of the server: what is asked, when, and what follows from the
 * answer.
 */
@NullMarked
package dev.rheo.client.reflector;

import org.jspecify.annotations.NullMarked;
