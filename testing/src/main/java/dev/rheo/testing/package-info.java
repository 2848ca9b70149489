/** What the tests of several modules share. Nothing of it is part of the product. */
@NullMarked
package dev.rheo.testing;

import org.jspecify.annotations.NullMarked;
