/** The functions and macros of expressions. */
@NullMarked
package dev.rheo.cel.library;

import org.jspecify.annotations.NullMarked;
