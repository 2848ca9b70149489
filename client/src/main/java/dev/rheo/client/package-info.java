/** Informers for Java: a local copy of a resource that a watch list keeps up to date. */
@NullMarked
package dev.rheo.client;

import org.jspecify.annotations.NullMarked;
