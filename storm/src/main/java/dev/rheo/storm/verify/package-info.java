/**
 * What a reader must receive, and the streaming check that it does. Checked data is not kept: a
 * reader's state is a position, digests, one bit per object while objects are missing, and the
 * changes among the initial events, up to a limit.
 */
@NullMarked
package dev.rheo.storm.verify;

import org.jspecify.annotations.NullMarked;
