package dev.rheo.server.metrics;

import java.util.Map;

/**
 * Figures of the snapshots of the store that clients save.
 *
 * @param running those that are being sent, 0 or 1
 * @param sentBytes their bytes so far
 * @param ended how many ended, by how: {@code complete}, {@code failed} (the store, or no memory),
 *     {@code slow} (the peer took too little), {@code left} (the peer, or it took nothing) and
 *     {@code refused}
 */
public record SnapshotStats(long running, long sentBytes, Map<String, Long> ended) {}
