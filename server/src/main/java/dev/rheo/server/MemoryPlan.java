package dev.rheo.server;

/**
 * How the memory that the whole process may use is shared out. All figures are in bytes.
 *
 * <p>The plan is what makes memory bounded by construction: every buffer that can grow belongs to
 * one of these budgets, and what does not fit waits or is refused with 429. A fixed part is set
 * aside for what does not grow with load, the rest is shared in fixed proportions:
 *
 * <pre>
 *   max-memory   whole process, as the kernel counts it (resident set)
 *   ├─ runtime       {@value #RUNTIME_MIB} MiB  code, class data, threads, native libraries, the collector
 *   └─ the rest
 *      ├─ heap       2/5     -Xmx
 *      │  ├─ requestBodies   1/8   bodies of requests, until they are answered
 *      │  ├─ responseBodies  1/8   answers made as a whole and not sent yet
 *      │  ├─ hotBuffers      1/16  object bytes that were written last, shared by their readers
 *      │  ├─ eventLog        1/8   positions of the events that a watch may still ask for
 *      │  ├─ decodedEvents   1/16  the latest of them, decoded
 *      │  ├─ snapshots       1/16  old states that lists are continued from
 *      │  ├─ forms           1/6   where derived forms stand, 112 bytes each
 *      │  └─ (the rest)            the index, some 200 bytes an object, and garbage
 *      ├─ direct     2/5     -XX:MaxDirectMemorySize
 *      │  ├─ outgoing        3/4   bytes drawn for readers and not yet taken by their sockets
 *      │  └─ (the rest)            incoming bytes, handshakes, what the pools round up
 *      └─ native     1/5
 *         ├─ storeCaches     3/4   the store's write buffers and block cache
 *         └─ compression     1/4   deflate states, some 300 KiB each
 * </pre>
 *
 * <p>As an example, with {@code --max-memory 384m} the rest is 272 MiB: 108 MiB of heap (13 each
 * for request bodies, answers and the event log), 108 MiB direct (81 outgoing) and 54 MiB native
 * (40 store, 13 compression).
 *
 * <p>The launcher sets the sizes of the heap and of direct memory before the process starts, by the
 * same proportions.
 *
 * @param total what the whole process may use
 * @param heap the Java heap
 * @param direct direct buffers
 * @param requestBodies bodies of requests being received or handled, counted by their length; their
 *     decoded trees are larger, which is why it is only an eighth of the heap
 * @param responseBodies answers made as one array and not sent yet
 * @param hotBuffers bytes of objects that were written last, kept so that live events need no read
 * @param eventLog what the watch cache keeps about retained events
 * @param decodedEvents what it keeps about the latest of them so that they need not be decoded
 * @param snapshots states of resources at past revisions, as far as they differ from the present
 * @param forms what the watch cache keeps about derived forms
 * @param outgoing bytes drawn for readers and not yet taken by their sockets, over all connections
 * @param storeCaches write buffers and block cache of the store
 * @param compression deflate states of compressed responses
 */
public record MemoryPlan(
    long total,
    long heap,
    long direct,
    long requestBodies,
    long responseBodies,
    long hotBuffers,
    long eventLog,
    long decodedEvents,
    long snapshots,
    long forms,
    long outgoing,
    long storeCaches,
    long compression) {

  static final int RUNTIME_MIB = 112;

  private static final long MIB = 1024 * 1024;

  /** Set aside for what does not grow with load. */
  public static final long RUNTIME = RUNTIME_MIB * MIB;

  /** What is used when nothing is said. */
  public static final long DEFAULT_TOTAL = 384 * MIB;

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
    long fifth = (total - RUNTIME) / 5;
    long heap = fifth * 2;
    long direct = fifth * 2;
    return new MemoryPlan(
        total,
        heap,
        direct,
        heap / 8,
        heap / 8,
        heap / 16,
        heap / 8,
        heap / 16,
        heap / 16,
        heap / 6,
        direct / 4 * 3,
        fifth / 4 * 3,
        fifth / 4);
  }
}
