package dev.rheo.server.metrics;

/**
 * A snapshot of the limits on the requests that run at once.
 *
 * @param reads seats taken by reads
 * @param writes seats taken by writes
 * @param refusedReads reads refused so far because no seat became free
 * @param refusedWrites writes refused so far because no seat became free
 */
public record SeatStats(long reads, long writes, long refusedReads, long refusedWrites) {}
