/** The cluster that the storm runs against: where it is, who we are, and the few calls it takes. */
@NullMarked
package dev.rheo.storm.cluster;

import org.jspecify.annotations.NullMarked;
