package dev.rheo.codec.io;

/**
 * Who pays for the memory that a thread takes on somebody's behalf. Decoders and writers charge
 * what they are about to build; whoever handles a request runs them within a meter that knows the
 * request's account.
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
 * tally.settle();                             // at the end: what is below a step
 * </pre>
 *
 * <p>A charge says what will be on the heap, in bytes, by {@link Weights}; it comes before the
 * memory is taken, except that a {@link Tally} may owe {@value Tally#STEP} bytes. It is never taken
 * back by who charged it: the meter's owner gives all of it back when what was built is dropped.
 * Memory that is garbage before the call returns is charged too, where it may be large.
 *
 * <p>A thread without a meter pays nothing. Meters are bound by scope ({@link ScopedValue}), and
 * another thread that works for the same request is given the meter by {@link #within} again.
 */
public abstract class Meter {
  private static final ScopedValue<Meter> CURRENT = ScopedValue.newInstance();

  /** Takes what anybody charges, and never refuses. */
  private static final Meter NONE =
      new Meter() {
        @Override
        protected void take(long bytes) {}

        @Override
        protected void look() {}
      };

  /**
   * Charges the account. Called once per some {@value Tally#STEP} bytes at most, or for a larger
   * piece at once; only by the threads that run within this meter.
   *
   * @param bytes positive
   * @throws RuntimeException to refuse, mostly an ApiException 413 or 429: what is being built is
   *     given up, and the exception passes through the codec as it is
   */
  protected abstract void take(long bytes);

  /**
   * Called now and then by loops that are long and build little, so that they end when nobody waits
   * for their outcome.
   *
   * @throws RuntimeException to end what is being done
   */
  protected abstract void look();

  /**
   * Told when the work has had an effect that cannot be taken back: from here on the meter still
   * counts, but refuses nothing and ends nothing.
   */
  protected void commit() {}

  /**
   * Told, before the work has its effect, how large its answer will be. May refuse, as {@link
   * #take}.
   */
  protected void answer(long bytes) {}

  /** What was taken so far and not dropped, in bytes. */
  protected long taken() {
    return 0;
  }

  /** What was taken beyond so many bytes has been dropped. */
  protected void dropTo(long bytes) {}

  /** Runs a call whose charges go to this meter, and to none that the thread had before. */
  public static <T, X extends Throwable> T within(
      Meter meter, ScopedValue.CallableOp<? extends T, X> call) throws X {
    return ScopedValue.where(CURRENT, meter).call(call);
  }

  /**
   * Charges what is about to be built to the current meter, if there is one.
   *
   * @param bytes on the heap; 0 charges nothing
   * @throws IllegalArgumentException if it is negative
   * @throws RuntimeException if the meter refuses
   */
  public static void charge(long bytes) {
    if (bytes > 0) {
      current().take(bytes);
    } else if (bytes < 0) {
      throw new IllegalArgumentException("a charge of " + bytes + " bytes");
    }
  }

  /**
   * Lets the current meter end the work, for instance because the client has gone. Loops call it
   * every few thousand turns.
   *
   * @throws RuntimeException if the meter ends it
   */
  public static void check() {
    current().look();
  }

  /**
   * Tells the current meter how large the answer will be, before the work has its effect:
   * afterwards it could not be refused any more.
   *
   * @throws RuntimeException if the meter refuses
   */
  public static void promise(long bytes) {
    current().answer(bytes);
  }

  /**
   * Tells the current meter that the work has had its effect, such as a commit: whoever is refused
   * from here on would be told something untrue.
   */
  public static void committed() {
    current().commit();
  }

  /**
   * Marks a place for {@link #release}, before work that may be repeated or that is done for each
   * of many objects.
   */
  public static long mark() {
    return current().taken();
  }

  /** What was charged since {@link #mark} has been dropped. */
  public static void release(long mark) {
    current().dropTo(mark);
  }

  /** Gathers small charges for the current meter, which is looked up only here. */
  public static Tally tally() {
    return new Tally(current());
  }

  private static Meter current() {
    return CURRENT.orElse(NONE);
  }

  /** Small charges on their way to a meter. Used within the meter's scope; not thread-safe. */
  public static final class Tally {
    /** Most that is owed, in bytes. */
    public static final int STEP = 4096;

    private final Meter meter;
    private long owed;
    private long scratch;

    private Tally(Meter meter) {
      this.meter = meter;
    }

    /**
     * Charges what is about to be built; the meter is told when {@value #STEP} bytes are owed.
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
     * Charges memory that is garbage as soon as one value is built: only what exceeds the most that
     * any value before it needed.
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
     * Hands on what is still owed.
     *
     * @throws RuntimeException if the meter refuses
     */
    public void settle() {
      long bytes = owed;
      owed = 0;
      if (bytes > 0) {
        meter.take(bytes);
      }
    }
  }
}
