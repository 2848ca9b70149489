/** How expressions are evaluated: their plan, their values, what the functions do and cost. */
@NullMarked
package dev.rheo.cel.eval;

import org.jspecify.annotations.NullMarked;
