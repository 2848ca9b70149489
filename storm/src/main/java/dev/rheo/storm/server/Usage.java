package dev.rheo.storm.server;

/**
 * What a process uses.
 *
 * @param memory resident bytes
 * @param cpuSeconds processor time since its start
 */
public record Usage(long memory, double cpuSeconds) {}
