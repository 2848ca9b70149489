package dev.rheo.cache;

/**
 * The state that readers see: all resources at one revision, published by one volatile write.
 *
 * @param trees by resource
 * @param ends by resource: one past the number of the last event
 */
record Published(Generation generation, long revision, EntryTree[] trees, long[] ends) {}
