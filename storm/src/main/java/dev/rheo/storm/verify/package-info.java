/**
 * What a reader must have received, and the streaming check that it did. Nothing that was checked
 * is kept: a reader's state is a position, a hash and, while something is out of place, one bit an
 * object.
 */
@NullMarked
package dev.rheo.storm.verify;

import org.jspecify.annotations.NullMarked;
