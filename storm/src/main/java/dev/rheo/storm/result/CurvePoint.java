package dev.rheo.storm.result;

/**
 * One sample of a run.
 *
 * @param seconds since the readers were started
 * @param memory resident bytes of the server, or -1 if not known at this time
 * @param bytesPerSecond received by all readers since the sample before, after TLS
 * @param readersDone readers that have ended, complete or failed
 */
public record CurvePoint(double seconds, long memory, double bytesPerSecond, int readersDone) {}
