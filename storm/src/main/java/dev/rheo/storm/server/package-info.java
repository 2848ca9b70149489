/** Starts the server under test, and reads its memory and CPU time. */
@NullMarked
package dev.rheo.storm.server;

import org.jspecify.annotations.NullMarked;
