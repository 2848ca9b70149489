/** Helpers for decoded trees: reading their members, copying them. */
@NullMarked
package dev.rheo.codec.tree;

import org.jspecify.annotations.NullMarked;
