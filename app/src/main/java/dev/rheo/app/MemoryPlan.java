package dev.rheo.app;

import dev.rheo.edge.Weights;
import dev.rheo.edge.ledger.Ledger;

/**
 * How the memory that the whole process may use is shared out. All figures are in bytes.
 *
 * <p>The plan is what makes memory bounded by construction: every buffer that can grow belongs to
 * one of these shares, and what does not fit waits or is refused with 429. A fixed part is set
 * aside for what does not grow with load, the rest is shared in fixed proportions:
 *
 * <pre>
 *   max-memory   whole process, as the kernel counts it (resident set)
 *   ├─ runtime       {@value #RUNTIME_MIB} MiB  code, class data, threads, native libraries, the compilers
 *   └─ the rest
 *      ├─ heap       20/40   -Xmx
 *      │  ├─ idle            {@value #IDLE_HEAP_MIB} MiB   types, schemas, tables: what an idle server holds
 *      │  ├─ slack           1/16  garbage
 *      │  ├─ hotBuffers      1/16  object bytes that were written last, shared by their readers
 *      │  ├─ eventLog        1/10  positions of the events that a watch may still ask for
 *      │  ├─ decodedEvents   1/20  the latest of them, decoded
 *      │  ├─ snapshots       1/20  old states that lists are continued from
 *      │  ├─ forms           1/8   where derived forms stand, 112 bytes each
 *      │  └─ requests        the rest, less the index (some 200 bytes an object)
 *      │     ├─ connections     1/12  8 KiB each, not more than TLS has room for
 *      │     ├─ streams         9/64  requests at rest or at work, with their headers
 *      │     ├─ headers         1/20  headers while they come
 *      │     ├─ requestBodies   1/8   bodies of requests, as they came
 *      │     ├─ trees           1/5   bodies and objects, decoded
 *      │     └─ answers         1/12  answers made as a whole and not sent yet
 *      ├─ direct     12/40   -XX:MaxDirectMemorySize
 *      │  ├─ outgoing        5/8   bytes drawn for readers and not yet taken by their sockets
 *      │  ├─ incoming        1/8   bytes that came and make no whole record or frame yet
 *      │  └─ (the rest)            what is being read and encrypted now, what the pools round up
 *      └─ native     8/40
 *         ├─ storeCaches     20/36 the store's write buffers and block cache
 *         ├─ tls             10/36 the state of TLS, 14 KiB a connection
 *         └─ compression     6/36  deflate states, some 300 KiB each
 * </pre>
 *
 * <p>The accounts under {@code requests} may be as large as their fractions say, but not all at
 * once: {@link Ledger} holds their sum to what the caches and the index leave.
 *
 * <p>The launcher sets the sizes of the heap and of direct memory before the process starts, by the
 * same proportions.
 *
 * @param total what the whole process may use
 * @param heap the Java heap
 * @param direct direct buffers
 * @param hotBuffers what is kept of the object bytes written last
 * @param eventLog what the watch cache keeps about retained events
 * @param decodedEvents what it keeps about the latest of them so that they need not be decoded
 * @param snapshots states of resources at past revisions, as far as they differ from the present
 * @param forms what the watch cache keeps about derived forms
 * @param outgoing bytes drawn for readers and not yet taken by their sockets, over all connections
 * @param storeCaches write buffers and block cache of the store
 * @param compression deflate states of compressed responses
 * @param requests the limits of what lives because of requests
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

  /** Set aside for what does not grow with load. */
  public static final long RUNTIME = RUNTIME_MIB * MIB;

  /** What is used when nothing is said. */
  public static final long DEFAULT_TOTAL = 384 * MIB;

  private static final long MAX_CONNECTIONS = 10_000;

  /** With less, two of the largest requests would not fit their budget. */
  public static final long MIN_TOTAL = 256 * MIB;

  /**
   * The plan for a whole.
   *
   * @throws IllegalArgumentException if {@code total} is below {@link #MIN_TOTAL}; the message says
   *     what is the least
   */
  public static MemoryPlan of(long total) {
    if (total < MIN_TOTAL) {
      throw new IllegalArgumentException(
          "%d MiB of memory are too few, give at least %d MiB"
              .formatted(total / MIB, MIN_TOTAL / MIB));
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
    long tls = outside / 36 * 10;
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
        outside / 36 * 20,
        outside / 36 * 6,
        new Ledger.Limits(
            heap - IDLE_HEAP_MIB * MIB - heap / 16 - caches,
            Math.min(heap / 12, tls / Weights.TLS * Weights.CONNECTION),
            heap / 64 * 9,
            heap / 20,
            heap / 8,
            heap / 5,
            heap / 12,
            direct / 8,
            tls,
            MAX_CONNECTIONS));
  }
}
