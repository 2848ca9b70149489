/** The command line, the one place where all parts meet. */
@NullMarked
package dev.rheo.cli;

import org.jspecify.annotations.NullMarked;
