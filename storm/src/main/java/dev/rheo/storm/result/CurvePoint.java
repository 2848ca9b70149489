package dev.rheo.storm.result;

/**
 * One sample of a run.
 *
 * @param seconds since the readers were started
 * @param memory resident bytes of the server, or -1 if unknown
 * @param clientMemory resident bytes of the storm's own process, or -1 if unknown
 * @param bytesPerSecond body bytes received by all readers since the previous sample, per second
 * @param readersDone readers that have synced or failed
 */
public record CurvePoint(
    double seconds, long memory, long clientMemory, double bytesPerSecond, int readersDone) {}
