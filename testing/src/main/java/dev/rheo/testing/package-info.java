/** Test support that several modules share. It is not part of the product. */
@NullMarked
package dev.rheo.testing;

import org.jspecify.annotations.NullMarked;
