package dev.rheo.storm.server;

/**
 * Resource usage of a process.
 *
 * @param memory resident bytes
 * @param cpuSeconds CPU time since the process started
 */
public record Usage(long memory, double cpuSeconds) {}
