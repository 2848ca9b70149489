/** Helpers for decoded trees: reading members, copying trees. */
@NullMarked
package dev.rheo.codec.tree;

import org.jspecify.annotations.NullMarked;
