package dev.rheo.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rheo.codec.io.Meter;
import java.lang.management.ManagementFactory;

/** Counts what is charged and what is really allocated meanwhile, garbage included. */
public final class RecordingMeter extends Meter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Of events of a YAML scanner, spellings of numbers. */
  private static final long GARBAGE_PER_BYTE = 400;

  private static final long GARBAGE = 100_000;

  /** Until it is compiled, and on a busy machine. */
  private static final long MAX_NANOS = 500_000_000;

  private static final long MAX_NANOS_PER_BYTE = 20_000;

  private final long limit;
  private long charged;
  private long allocated;

  private RecordingMeter(long limit) {
    this.limit = limit;
  }

  /** What a call charged and allocated, and how long it took. */
  public record Bill(long charged, long allocated, long cpuNanos) {}

  /** Refusal of what exceeds a limit. */
  public static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Bill bill;

    Refusal(Bill bill) {
      super("beyond the limit", null, false, false);
      this.bill = bill;
    }

    /** What was charged and allocated until then; the time is not told. */
    public Bill bill() {
      return bill;
    }
  }

  /**
   * Asserts that a decoder's memory was charged and that its time is bounded by what it reads. What
   * it throws passes through.
   */
  public static void assertPaid(byte[] input, Runnable decoder) {
    Bill bill = measure(decoder);
    assertThat(bill.allocated())
        .as("bytes that were allocated, of which %d were charged", bill.charged())
        .isLessThan(2 * bill.charged() + GARBAGE_PER_BYTE * input.length + GARBAGE);
    assertThat(bill.cpuNanos())
        .as("time for %d bytes", input.length)
        .isLessThan(MAX_NANOS + MAX_NANOS_PER_BYTE * input.length);
  }

  @Override
  protected void take(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a charge of " + bytes + " bytes");
    }
    charged += bytes;
    if (charged > limit) {
      throw new Refusal(new Bill(charged, now() - allocated, 0));
    }
  }

  @Override
  protected void look() {}

  private static long now() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** Runs a call; an exception passes through. */
  public static Bill measure(Runnable call) {
    return measure(Long.MAX_VALUE, call);
  }

  /** The same with a meter that throws a {@link Refusal} beyond a limit, in bytes. */
  public static Bill measure(long limit, Runnable call) {
    RecordingMeter meter = new RecordingMeter(limit);
    long cpu = THREADS.getCurrentThreadCpuTime();
    meter.allocated = now();
    Meter.within(
        meter,
        () -> {
          call.run();
          return null;
        });
    long allocated = now() - meter.allocated;
    return new Bill(meter.charged, allocated, THREADS.getCurrentThreadCpuTime() - cpu);
  }
}
