package dev.rheo.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rheo.codec.io.Meter;
import java.lang.management.ManagementFactory;

/** Counts the bytes that are charged and those really allocated meanwhile, including garbage. */
public final class RecordingMeter extends Meter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Garbage per byte of input: events of a YAML scanner, spellings of numbers. */
  private static final long GARBAGE_PER_BYTE = 400;

  private static final long GARBAGE = 100_000;

  /** Allows for code that is not compiled yet, and for a busy machine. */
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

  /** Thrown when charges exceed the limit. */
  public static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Bill bill;

    Refusal(Bill bill) {
      super("beyond the limit", null, false, false);
      this.bill = bill;
    }

    /** What was charged and allocated until the refusal; the time is 0. */
    public Bill bill() {
      return bill;
    }
  }

  /**
   * Asserts that a decoder's memory is charged and that its time is bounded by the size of its
   * input. Exceptions pass through.
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
  protected void onCharge(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a charge of " + bytes + " bytes");
    }
    charged += bytes;
    if (charged > limit) {
      throw new Refusal(new Bill(charged, now() - allocated, 0));
    }
  }

  @Override
  protected void onCheck() {}

  private static long now() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** Measures a call; an exception passes through. */
  public static Bill measure(Runnable call) {
    return measure(Long.MAX_VALUE, call);
  }

  /** Measures a call with a meter that throws a {@link Refusal} beyond a limit, in bytes. */
  public static Bill measure(long limit, Runnable call) {
    RecordingMeter meter = new RecordingMeter(limit);
    long cpu = THREADS.getCurrentThreadCpuTime();
    meter.allocated = now();
    Meter.runWithin(meter, call::run);
    long allocated = now() - meter.allocated;
    return new Bill(meter.charged, allocated, THREADS.getCurrentThreadCpuTime() - cpu);
  }
}
