package dev.rheo.storm.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of one run: all readers at once, in one mode.
 *
 * @param mode requested mode; a fallback to lists is recorded in {@code notes}
 * @param repeat which repetition, from 1
 * @param readers readers that were started
 * @param readersComplete readers that received and verified everything
 * @param readersFailed all other readers
 * @param objects initial objects verified by all readers together
 * @param bytes body bytes received by all readers together within {@code seconds}
 * @param churnEvents events verified after the initial ones (with {@code --churn})
 * @param seconds from the start of the readers until the last one has synced or failed
 * @param firstByte from a reader's start to the first byte of its response's body; only readers
 *     that received one
 * @param sync from a reader's start to its last initial object (list) or the bookmark after them
 *     (watch list); complete readers only
 * @param bytesPerSecond {@code bytes} divided by {@code seconds}
 * @param memory resident memory of the server
 * @param cpuSeconds CPU time of the server within {@code seconds}, or null if unknown
 * @param clientMemory peak resident bytes of the storm's own process up to the end of the run, or
 *     -1
 * @param clientCpuSeconds CPU time of the storm's own process within {@code seconds}, or null
 * @param curve samples in order of time, from shortly before the start (negative seconds) until
 *     memory has settled after the end
 * @param syncSeconds each complete reader's time to sync, ascending
 * @param failures at most {@link #MAX_FAILURES}, by reader
 * @param notes what the user must know about the run, for example that the server refused watch
 *     lists and was asked for lists
 * @param aborted why the run was stopped, or null
 */
public record RunResult(
    Mode mode,
    int repeat,
    int readers,
    int readersComplete,
    int readersFailed,
    long objects,
    long bytes,
    long churnEvents,
    double seconds,
    Spread firstByte,
    Spread sync,
    double bytesPerSecond,
    Memory memory,
    @Nullable Double cpuSeconds,
    long clientMemory,
    @Nullable Double clientCpuSeconds,
    List<CurvePoint> curve,
    List<Double> syncSeconds,
    List<Failure> failures,
    List<String> notes,
    @Nullable String aborted) {

  /** Most failures kept; further ones are only counted. */
  public static final int MAX_FAILURES = 100;

  public RunResult {
    curve = List.copyOf(curve);
    syncSeconds = List.copyOf(syncSeconds);
    failures = List.copyOf(failures);
    notes = List.copyOf(notes);
  }
}
