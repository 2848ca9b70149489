/** Types that come and go while the server runs: what custom resources are added and removed by. */
@NullMarked
package dev.rheo.server.typechange;

import org.jspecify.annotations.NullMarked;
