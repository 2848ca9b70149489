/** What a storm reads from and writes to a cluster, and how it reports refusals. */
@NullMarked
package dev.rheo.storm.cluster;

import org.jspecify.annotations.NullMarked;
