/** The objects that an informer keeps, and the log of what changed in them. */
@NullMarked
package dev.rheo.client.store;

import org.jspecify.annotations.NullMarked;
