/**
 * HTTP over Netty: blocking calls for the storm's own requests, and responses streamed on event
 * loops for its readers.
 */
@NullMarked
package dev.rheo.storm.net;

import org.jspecify.annotations.NullMarked;
