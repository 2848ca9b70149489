/** Expressions as Kubernetes has them: what they may use, how they are compiled, what they cost. */
@NullMarked
package dev.rheo.cel;

import org.jspecify.annotations.NullMarked;
