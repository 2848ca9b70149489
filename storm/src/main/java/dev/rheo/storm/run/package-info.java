/** A run: all readers at once in one mode, and the samples taken meanwhile. */
@NullMarked
package dev.rheo.storm.run;

import org.jspecify.annotations.NullMarked;
