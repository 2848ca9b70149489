/** What becomes of a custom resource before it is judged: unknown fields go, defaults come. */
@NullMarked
package dev.rheo.schema.prune;

import org.jspecify.annotations.NullMarked;
