/** The server under test: starting one, and reading its memory and processor time. */
@NullMarked
package dev.rheo.storm.server;

import org.jspecify.annotations.NullMarked;
