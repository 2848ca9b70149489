/**
 * HTTP over Netty: one blocking call at a time for what the storm itself does, and answers that are
 * read as they come, on event loops, for its readers.
 */
@NullMarked
package dev.rheo.storm.net;

import org.jspecify.annotations.NullMarked;
