/** Values of the types that the CEL standard does not have, and the texts of those that it has. */
@NullMarked
package dev.rheo.cel.value;

import org.jspecify.annotations.NullMarked;
