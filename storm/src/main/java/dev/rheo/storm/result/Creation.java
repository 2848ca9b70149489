package dev.rheo.storm.result;

/**
 * How the objects were created, or how far that has come.
 *
 * @param created objects that exist by now
 * @param total objects to create
 * @param bytes payload bytes of those created
 * @param seconds since the first was begun
 */
public record Creation(int created, int total, long bytes, double seconds) {}
