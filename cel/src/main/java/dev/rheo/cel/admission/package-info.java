/** Expressions of admission policies and of webhooks. */
@NullMarked
package dev.rheo.cel.admission;

import org.jspecify.annotations.NullMarked;
