/**
 * Writes an answer as one gzip member from segments that are compressed once and shared by answers.
 */
@NullMarked
package dev.rheo.codec.gzip;

import org.jspecify.annotations.NullMarked;
