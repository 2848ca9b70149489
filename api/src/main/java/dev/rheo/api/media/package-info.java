/** Media types and their negotiation. */
@NullMarked
package dev.rheo.api.media;

import org.jspecify.annotations.NullMarked;
