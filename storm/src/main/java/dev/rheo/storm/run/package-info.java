/** Runs: all readers at once in one mode, and what is sampled meanwhile. */
@NullMarked
package dev.rheo.storm.run;

import org.jspecify.annotations.NullMarked;
