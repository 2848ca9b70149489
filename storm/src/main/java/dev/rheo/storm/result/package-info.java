/**
 * The results of a storm: immutable records that Jackson writes for {@code --json} and reads back,
 * and the events that report progress. Times are in seconds, sizes in bytes.
 */
@NullMarked
package dev.rheo.storm.result;

import org.jspecify.annotations.NullMarked;
