/** What a storm asks of a cluster and writes to it, and what it makes of refusals. */
@NullMarked
package dev.rheo.storm.cluster;

import org.jspecify.annotations.NullMarked;
