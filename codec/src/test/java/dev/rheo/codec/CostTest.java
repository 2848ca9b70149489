package dev.rheo.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.codec.RecordingMeter.Bill;
import dev.rheo.codec.Shapes.Shape;
import dev.rheo.codec.io.MalformedException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * For every shape of input, in any format: time grows linearly with size, time per byte is small,
 * and allocations are charged. The sizes scale with the system property {@code rheo.torture}.
 */
class CostTest {
  private static final int SIZE = 384 * 1024 * Integer.getInteger("rheo.torture", 1);

  /** Linear time gives 4, quadratic 16; tables that outgrow the CPU's caches are in between. */
  private static final double MAX_RATIO = 9;

  private static final int MAX_ROUNDS = 12;
  private static final int MIN_ROUNDS = 3;

  /** Holds on any busy machine. Short numbers that are converted back and forth take most. */
  private static final double MAX_NANOS_PER_BYTE = 2000;

  /** Bytes that may be allocated per charged byte. */
  private static final double GARBAGE = 4;

  /** Further bytes per byte of input: events and marks of a YAML scanner, spellings of numbers. */
  private static final int GARBAGE_PER_BYTE = 400;

  private static final int UNCHARGED = 100_000;

  /** Longest message of a refusal, in characters. */
  private static final int MAX_MESSAGE = 5000;

  @TestFactory
  Stream<DynamicTest> fourTimesTheInputTakesFourTimesTheTime() {
    return Shapes.all().entrySet().stream()
        .map(shape -> DynamicTest.dynamicTest(shape.getKey(), () -> check(shape.getValue())));
  }

  private static void check(Shape shape) {
    byte[] single = shape.input().apply(SIZE / 2);
    byte[] twice = shape.input().apply(2 * SIZE);
    long first = Long.MAX_VALUE;
    long second = Long.MAX_VALUE;
    double ratio = Double.MAX_VALUE;
    for (int round = 0; round < MIN_ROUNDS || (ratio > MAX_RATIO && round < MAX_ROUNDS); round++) {
      first = Math.min(first, run(shape, single).cpuNanos());
      Bill bill = run(shape, twice);
      second = Math.min(second, bill.cpuNanos());
      ratio = (double) second / (first + 1_000_000); // less than a millisecond is noise
      if (round == 0) {
        assertThat((double) bill.allocated())
            .as("allocated, of which %,d were charged", bill.charged())
            .isLessThan(
                GARBAGE * bill.charged() + (double) GARBAGE_PER_BYTE * twice.length + UNCHARGED);
      }
    }
    if (Boolean.getBoolean("rheo.show")) {
      Bill bill = run(shape, twice);
      System.out.printf(
          "%8.1f ns/B  ratio %.2f  charged %.1f/B  allocated %.1f/B%n",
          (double) second / twice.length,
          ratio,
          (double) bill.charged() / twice.length,
          (double) bill.allocated() / twice.length);
    }
    assertThat(ratio).as("time of %d ns and of %d ns", first, second).isLessThan(MAX_RATIO);
    assertThat((double) second / twice.length).isLessThan(MAX_NANOS_PER_BYTE);
  }

  private static Bill run(Shape shape, byte[] input) {
    return RecordingMeter.measure(
        () -> {
          try {
            shape.read().accept(input);
          } catch (MalformedException e) {
            assertThat(e.getMessage().length()).isLessThan(MAX_MESSAGE);
          }
        });
  }
}
