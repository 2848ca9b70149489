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
 *      │  ├─ requestBodies  1/4 of heap    bodies of requests, until they are answered
 *      │  ├─ eventLog       1/4 of heap    positions of recent events
 *      │  └─ (the rest)     index of the objects, some 200 bytes each, and garbage
 *      ├─ direct     2/5     -XX:MaxDirectMemorySize
 *      │  ├─ outgoing       1/2 of direct  bytes drawn for readers and not yet taken by their sockets
 *      │  ├─ hotBuffers     1/4 of direct  object bytes shared by the readers near them
 *      │  └─ (the rest)     incoming bytes, handshakes, what the allocator's pools round up
 *      └─ native     1/5
 *         ├─ storeCaches    3/4 of native  the store's write buffers and block cache
 *         └─ compression    1/4 of native  deflate states, some 256 KiB each
 * </pre>
 *
 * <p>As an example, with {@code --max-memory 384m} the rest is 272 MiB: 108 MiB of heap (27 request
 * bodies, 27 event log), 108 MiB direct (54 outgoing, 27 hot) and 54 MiB native (40 store, 13
 * compression).
 *
 * <p>The launcher sets the sizes of the heap and of direct memory before the process starts, by the
 * same proportions.
 *
 * @param total what the whole process may use
 * @param heap the Java heap
 * @param direct direct buffers
 * @param requestBodies bodies of requests being received or handled, counted by their length; their
 *     decoded trees are larger, which is why it is only a quarter of the heap
 * @param eventLog what the watch cache keeps in the heap about recent events
 * @param outgoing bytes drawn for readers and not yet taken by their sockets, over all connections
 * @param hotBuffers bytes of objects being sent, shared by the readers near them
 * @param storeCaches write buffers and block cache of the store
 * @param compression deflate states of compressed responses
 */
public record MemoryPlan(
    long total,
    long heap,
    long direct,
    long requestBodies,
    long eventLog,
    long outgoing,
    long hotBuffers,
    long storeCaches,
    long compression) {

  static final int RUNTIME_MIB = 112;

  private static final long MIB = 1024 * 1024;

  /** Set aside for what does not grow with load. */
  public static final long RUNTIME = RUNTIME_MIB * MIB;

  /** What is used when nothing is said. */
  public static final long DEFAULT_TOTAL = 384 * MIB;

  /** With less, a single large request would not fit its budget. */
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
    long rest = total - RUNTIME;
    long heap = rest / 5 * 2;
    long direct = rest / 5 * 2;
    long offHeap = rest / 5;
    return new MemoryPlan(
        total,
        heap,
        direct,
        heap / 4,
        heap / 4,
        direct / 2,
        direct / 4,
        offHeap / 4 * 3,
        offHeap / 4);
  }
}
