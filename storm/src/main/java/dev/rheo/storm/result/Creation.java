package dev.rheo.storm.result;

/**
 * Progress of the creation of the objects.
 *
 * @param created objects created so far
 * @param total objects to create
 * @param bytes payload bytes of the objects created so far
 * @param seconds since the creation of the namespace began
 */
public record Creation(int created, int total, long bytes, double seconds) {}
