/** Reading JSON trees as Go sees them: where a value is, what it equals. */
@NullMarked
package dev.rheo.schema.tree;

import org.jspecify.annotations.NullMarked;
