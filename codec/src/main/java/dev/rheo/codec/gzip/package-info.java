/**
 * One gzip member for a whole answer, made of segments that were compressed once and are shared.
 */
@NullMarked
package dev.rheo.codec.gzip;

import org.jspecify.annotations.NullMarked;
