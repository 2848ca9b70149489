/** The types of expressions and of what they read. */
@NullMarked
package dev.rheo.cel.type;

import org.jspecify.annotations.NullMarked;
