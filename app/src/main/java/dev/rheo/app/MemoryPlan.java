package dev.rheo.app;

import dev.rheo.edge.Weights;
import dev.rheo.edge.ledger.Ledger;

/**
 * Divides the memory of the whole process into shares. All figures are in bytes.
 *
 * <p>The plan bounds the memory by construction: every buffer that can grow belongs to one of the
 * shares, and what does not fit waits or is refused with 429. A fixed part is set aside for what
 * does not grow with load. The rest is divided in fixed proportions:
 *
 * <pre>
 *   max-memory   whole process, as the kernel counts it (resident set)
 *   ├─ runtime       {@value #RUNTIME_MIB} MiB  code, class data, threads, libraries, compilers
 *   └─ the rest
 *      ├─ heap       20/40   -Xmx
 *      │  ├─ idle            {@value #IDLE_HEAP_MIB} MiB   types, schemas, tables of an idle server
 *      │  ├─ slack           1/16  garbage
 *      │  ├─ hotBuffers      1/16  object bytes that were written last, shared by their readers
 *      │  ├─ eventLog        1/10  positions of the events from which a watch may still resume
 *      │  ├─ decodedEvents   1/20  the latest of these events, decoded
 *      │  ├─ snapshots       1/20  old states for continued lists
 *      │  ├─ forms           1/8   positions of derived forms, 112 bytes each
 *      │  └─ requests        the rest, less the index (some 200 bytes an object)
 *      │     ├─ connections     1/12  8 KiB each, not more than TLS has memory for; set aside
 *      │     ├─ streams         9/64  requests from header to end of response, and their headers
 *      │     ├─ headers         1/20  header blocks that are still incomplete
 *      │     ├─ requestBodies   1/8   request bodies as received
 *      │     ├─ trees           3/16  request bodies and objects, decoded
 *      │     └─ answers         1/12  responses built as a whole and not sent yet
 *      ├─ direct     12/40   -XX:MaxDirectMemorySize
 *      │  ├─ outgoing        5/8   bytes drawn from response bodies and not yet written to sockets
 *      │  ├─ incoming        1/8   bytes received of incomplete TLS records and frames
 *      │  └─ (the rest)            bytes being read and encrypted, rounding of the pools
 *      └─ native     8/40
 *         ├─ storeCaches     18/36 the store's write buffers and block cache
 *         ├─ tls             12/36 TLS state, 14 KiB a connection
 *         └─ compression     6/36  deflate states, some 300 KiB each
 * </pre>
 *
 * <p>Each account under {@code requests} may grow to its fraction, but not all at once: {@link
 * Ledger} limits the sum of all but {@code connections} to what those, the caches and the index
 * leave.
 *
 * <p>The launcher sets the sizes of the heap and of direct memory before the process starts, in the
 * same proportions.
 *
 * @param total the whole process
 * @param heap the Java heap
 * @param direct direct buffers
 * @param hotBuffers the object bytes written last
 * @param eventLog the watch cache's index of retained events
 * @param decodedEvents the latest of these events, kept decoded
 * @param snapshots states of resources at past revisions, as far as they differ from the present
 * @param forms the watch cache's index of derived forms
 * @param outgoing bytes drawn from response bodies and not yet written to sockets, over all
 *     connections
 * @param storeCaches write buffers and block cache of the store
 * @param compression deflate states of compressed responses
 * @param requests the limits of the memory that lives because of requests
 */
public record MemoryPlan(
    long total,
    long heap,
    long direct,
    long hotBuffers,
    long eventLog,
    long decodedEvents,
    long snapshots,
    long forms,
    long outgoing,
    long storeCaches,
    long compression,
    Ledger.Limits requests) {

  static final int RUNTIME_MIB = 144;
  static final int IDLE_HEAP_MIB = 16;

  private static final long MIB = 1024 * 1024;

  /** The fixed part for what does not grow with load. */
  public static final long RUNTIME = RUNTIME_MIB * MIB;

  /** The default total. */
  public static final long DEFAULT_TOTAL = 384 * MIB;

  private static final long MAX_CONNECTIONS = 10_000;

  /** The smallest total. With less, an object of 1 MB finds no room to be written. */
  public static final long MIN_TOTAL = 256 * MIB;

  /** The largest total. With more, the references of the heap would take twice the room. */
  public static final long MAX_TOTAL = 64 * 1024 * MIB;

  /**
   * The plan for a total.
   *
   * @throws IllegalArgumentException if {@code total} is below {@link #MIN_TOTAL} or above {@link
   *     #MAX_TOTAL}; the message names the bound
   */
  public static MemoryPlan of(long total) {
    if (total < MIN_TOTAL) {
      throw new IllegalArgumentException(
          "%d MiB of memory are too few, give at least %d MiB"
              .formatted(total / MIB, MIN_TOTAL / MIB));
    }
    if (total > MAX_TOTAL) {
      throw new IllegalArgumentException(
          "%d MiB of memory are too much, give at most %d MiB"
              .formatted(total / MIB, MAX_TOTAL / MIB));
    }
    long fortieth = (total - RUNTIME) / 40;
    long heap = fortieth * 20;
    long direct = fortieth * 12;
    long outside = fortieth * 8;
    long hotBuffers = heap / 16;
    long eventLog = heap / 10;
    long decodedEvents = heap / 20;
    long snapshots = heap / 20;
    long forms = heap / 8;
    long tls = outside / 36 * 12;
    long caches = hotBuffers + eventLog + decodedEvents + snapshots + forms;
    return new MemoryPlan(
        total,
        heap,
        direct,
        hotBuffers,
        eventLog,
        decodedEvents,
        snapshots,
        forms,
        direct / 8 * 5,
        outside / 36 * 18,
        outside / 36 * 6,
        new Ledger.Limits(
            heap - IDLE_HEAP_MIB * MIB - heap / 16 - caches,
            Math.min(heap / 12, tls / Weights.TLS * Weights.CONNECTION),
            heap / 64 * 9,
            heap / 20,
            heap / 8,
            heap / 16 * 3,
            heap / 12,
            direct / 8,
            tls,
            MAX_CONNECTIONS));
  }
}
