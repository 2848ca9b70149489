/**
 * The building blocks of the codecs: reading and writing bytes, and the meter that accounts for the
 * memory they take.
 */
@NullMarked
package dev.rheo.codec.io;

import org.jspecify.annotations.NullMarked;
