package dev.rheo.codec.io;

/**
 * Accounts for the heap memory that a thread takes for a request. Decoders and writers charge what
 * they are about to build; the server runs them within a meter that knows the request's account.
 *
 * <pre>
 * Meter.within(meter, () -&gt; ObjectDecoder.decode(body, MAX_DEPTH));   // the server
 *
 * Meter.charge(length);                       // a decoder, before something large
 * byte[] copy = new byte[length];
 *
 * Meter.Tally tally = Meter.tally();          // a decoder that builds many small things
 * tally.add(Weights.ARRAY);
 * ArrayNode array = NODES.arrayNode();
 * tally.settle();                             // at the end, for the rest
 * </pre>
 *
 * <p>A charge is the number of bytes that will be on the heap, by {@link Weights}. It precedes the
 * allocation, except that a {@link Tally} may owe {@value Tally#STEP} bytes. The code that charges
 * does not refund: the meter's owner returns everything when the result is dropped. Memory that is
 * garbage before the call returns is charged too, where it may be large.
 *
 * <p>A thread without a meter pays nothing. Meters are bound by scope ({@link ScopedValue}):
 * another thread that works for the same request must enter the meter with {@link #within}, too.
 */
public abstract class Meter implements AutoCloseable {
  private static final ScopedValue<Meter> CURRENT = ScopedValue.newInstance();

  /** The meter of threads that have none; accepts every charge. */
  private static final Meter NONE =
      new Meter() {
        @Override
        protected void onCharge(long bytes) {}

        @Override
        protected void onCheck() {}
      };

  /**
   * Charges the account. Called for each {@link #charge}, and by a {@link Tally} about once per
   * {@value Tally#STEP} bytes; only by threads that run within this meter.
   *
   * @param bytes positive
   * @throws RuntimeException to refuse, mostly with 413 or 429: the codec abandons its work and
   *     lets the exception pass
   */
  protected abstract void onCharge(long bytes);

  /**
   * Called now and then by long loops that build little, so that they end when nobody waits for
   * their result.
   *
   * @throws RuntimeException to end the work
   */
  protected abstract void onCheck();

  /**
   * Called when the work has had an effect that cannot be undone. From then on the meter still
   * counts, but neither refuses a charge nor ends the work.
   */
  protected void onCommitted() {}

  /**
   * Called with the size of the answer in bytes, before the work has its effect. May refuse, as
   * {@link #onCharge}.
   */
  protected void onPromise(long bytes) {}

  /** Bytes that were taken and not dropped yet. */
  protected long charged() {
    return 0;
  }

  /** Called when all that was taken beyond {@code bytes} has been dropped. */
  protected void onRelease(long bytes) {}

  /**
   * Called before the work waits for somebody outside the process, perhaps for long: it gives up
   * what others wait for, but not its charges.
   */
  protected void onLeave() {}

  /** Called when the wait is over. May refuse, as {@link #onCharge}. */
  protected void onReturn() {}

  /** The meter that {@link #another} returns. */
  protected Meter onAnother() {
    return NONE;
  }

  /** Gives back all that was charged. */
  @Override
  public void close() {}

  /** Runs a call whose charges go to this meter only, not to one that the thread has already. */
  public static <T, X extends Throwable> T within(
      Meter meter, ScopedValue.CallableOp<? extends T, X> call) throws X {
    return ScopedValue.where(CURRENT, meter).call(call);
  }

  /** Work that returns nothing. */
  @FunctionalInterface
  public interface Work<X extends Throwable> {
    void run() throws X;
  }

  /** As {@link #within}, for work that returns nothing. */
  public static <X extends Throwable> void runWithin(Meter meter, Work<X> work) throws X {
    boolean ignored =
        Meter.<Boolean, X>within(
            meter,
            () -> {
              work.run();
              return true;
            });
  }

  /**
   * Charges the current meter, if there is one, for memory that is about to be taken.
   *
   * @param bytes on the heap; 0 charges nothing
   * @throws IllegalArgumentException if {@code bytes} is negative
   * @throws RuntimeException if the meter refuses
   */
  public static void charge(long bytes) {
    if (bytes > 0) {
      current().onCharge(bytes);
    } else if (bytes < 0) {
      throw new IllegalArgumentException("a charge of " + bytes + " bytes");
    }
  }

  /**
   * Lets the current meter end the work, for instance because the client has gone. Loops call it
   * every few thousand iterations.
   *
   * @throws RuntimeException if the meter ends the work
   */
  public static void check() {
    current().onCheck();
  }

  /**
   * Tells the current meter the size of the answer in bytes, before the work has its effect, after
   * which it can no longer be refused.
   *
   * @throws RuntimeException if the meter refuses
   */
  public static void promise(long bytes) {
    current().onPromise(bytes);
  }

  /**
   * Tells the current meter that the work has had its effect, such as a commit. A refusal after it
   * would tell the client that the work failed, which is untrue.
   */
  public static void committed() {
    current().onCommitted();
  }

  /**
   * Returns a mark for {@link #release}, before work that may be retried or that is done for each
   * of many objects.
   */
  public static long mark() {
    return current().charged();
  }

  /** Tells the current meter that all that was charged since {@link #mark} has been dropped. */
  public static void release(long mark) {
    current().onRelease(mark);
  }

  /**
   * A meter for one of many pieces of work that other threads do for the same request, as if it
   * were a request of its own. Whoever does it enters the meter and closes it.
   */
  public static Meter another() {
    return current().onAnother();
  }

  /**
   * Runs a call that waits for somebody outside the process, who may take long.
   *
   * @throws RuntimeException if the meter ends the work after the call
   */
  public static <T, X extends Throwable> T outside(ScopedValue.CallableOp<? extends T, X> call)
      throws X {
    Meter meter = current();
    meter.onLeave();
    try {
      return call.call();
    } finally {
      meter.onReturn();
    }
  }

  /** Collects small charges for the current meter, which is looked up only once, here. */
  public static Tally tally() {
    return new Tally(current());
  }

  private static Meter current() {
    return CURRENT.orElse(NONE);
  }

  /** Collects small charges for a meter. Used within the meter's scope; not thread-safe. */
  public static final class Tally {
    /** Bytes that may be owed before the meter is charged. */
    public static final int STEP = 4096;

    private final Meter meter;
    private long owed;
    private long scratch;

    private Tally(Meter meter) {
      this.meter = meter;
    }

    /**
     * Adds a charge for what is about to be built, and settles once {@value #STEP} bytes are owed.
     *
     * @param bytes on the heap, not negative
     * @throws RuntimeException if the meter refuses
     */
    public void add(long bytes) {
      owed += bytes;
      if (owed >= STEP) {
        settle();
      }
    }

    /**
     * Charges memory that is garbage as soon as one value is built. Only the excess over the
     * largest earlier scratch charge counts.
     *
     * @param bytes on the heap, not negative
     * @throws RuntimeException if the meter refuses
     */
    public void scratch(long bytes) {
      if (bytes > scratch) {
        add(bytes - scratch);
        scratch = bytes;
      }
    }

    /**
     * Charges the meter for what is owed.
     *
     * @throws RuntimeException if the meter refuses
     */
    public void settle() {
      long bytes = owed;
      owed = 0;
      if (bytes > 0) {
        meter.onCharge(bytes);
      }
    }
  }
}
