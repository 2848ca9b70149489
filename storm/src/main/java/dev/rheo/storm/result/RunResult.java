package dev.rheo.storm.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run: all readers at once, in one mode.
 *
 * @param mode what was asked for; what was done instead is in the notes
 * @param repeat which repetition, from 1
 * @param readers how many readers were started
 * @param readersComplete readers that got, and verified, everything
 * @param readersFailed the others
 * @param objects objects verified by all readers together
 * @param bytes received by all readers together, after TLS
 * @param churnEvents events verified after the initial ones (with {@code --churn})
 * @param seconds from the start of the readers to the end of the last one's initial objects
 * @param firstByte from a reader's start to the first byte of its answer's body; the readers that
 *     got one
 * @param sync from a reader's start to its last initial object (list) or the bookmark after them
 *     (watch list); complete readers only
 * @param bytesPerSecond bytes over seconds
 * @param memory the server's
 * @param cpuSeconds processor time of the server from the start of the readers to the end of the
 *     last, or null if not known
 * @param clientMemory peak of the storm's own resident bytes up to the end of the run, or -1
 * @param clientCpuSeconds processor time of the storm itself in the same time, or null
 * @param curve samples in order of time, from a little before the start (negative seconds) until
 *     memory has settled after the end
 * @param syncSeconds each complete reader's time to sync, ascending
 * @param failures at most {@link #MAX_FAILURES}, by reader
 * @param notes what a reader of the result must know, for example that the server refused watch
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

  /** Failures beyond this are counted, not kept. */
  public static final int MAX_FAILURES = 100;

  public RunResult {
    curve = List.copyOf(curve);
    syncSeconds = List.copyOf(syncSeconds);
    failures = List.copyOf(failures);
    notes = List.copyOf(notes);
  }
}
