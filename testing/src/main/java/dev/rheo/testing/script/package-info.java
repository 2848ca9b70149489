/** An HTTP server that answers, byte for byte, what a test has written down. */
@NullMarked
package dev.rheo.testing.script;

import org.jspecify.annotations.NullMarked;
