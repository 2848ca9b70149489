/** The command line: the commands, their options, and the log. */
@NullMarked
package dev.rheo.cli;

import org.jspecify.annotations.NullMarked;
