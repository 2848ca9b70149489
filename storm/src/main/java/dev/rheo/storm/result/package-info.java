/**
 * What a storm measured: records that Jackson writes as {@code --json} and reads back, and the
 * events that tell of it while it goes on. Immutable. Times are seconds, sizes are bytes.
 */
@NullMarked
package dev.rheo.storm.result;

import org.jspecify.annotations.NullMarked;
