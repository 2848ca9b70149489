package dev.rheo.codec.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeterTest {
  private static final class Recorder extends Meter {
    final List<Long> taken = new ArrayList<>();
    int looks;

    @Override
    protected void onCharge(long bytes) {
      taken.add(bytes);
    }

    @Override
    protected void onCheck() {
      looks++;
    }
  }

  @Test
  void withoutMeterNothingIsPaid() {
    Meter.charge(Long.MAX_VALUE);
    Meter.check();
    Meter.Tally tally = Meter.tally();
    tally.add(Integer.MAX_VALUE);
    tally.settle();
  }

  @Test
  void chargesGoToTheInnermostMeter() {
    Recorder outer = new Recorder();
    Recorder inner = new Recorder();
    String result =
        Meter.within(
            outer,
            () -> {
              Meter.charge(1);
              Meter.within(
                  inner,
                  () -> {
                    Meter.charge(2);
                    Meter.check();
                    return "";
                  });
              Meter.charge(0);
              Meter.charge(3);
              return "done";
            });
    assertThat(result).isEqualTo("done");
    assertThat(outer.taken).containsExactly(1L, 3L);
    assertThat(outer.looks).isZero();
    assertThat(inner.taken).containsExactly(2L);
    assertThat(inner.looks).isOne();
  }

  @Test
  void tallyGathersSteps() {
    Recorder meter = new Recorder();
    Meter.runWithin(
        meter,
        () -> {
          Meter.Tally tally = Meter.tally();
          tally.settle();
          for (int i = 0; i < 5; i++) {
            tally.add(1000);
          }
          assertThat(meter.taken).containsExactly(5000L);
          tally.add(1_000_000); // charged before it is built
          assertThat(meter.taken).containsExactly(5000L, 1_000_000L);
          tally.add(1);
          tally.settle();
          tally.settle();
        });
    assertThat(meter.taken).containsExactly(5000L, 1_000_000L, 1L);
  }

  @Test
  void refusalPassesAsItIs() {
    ApiException refusal = ApiException.badRequest("too much");
    Meter meter =
        new Meter() {
          @Override
          protected void onCharge(long bytes) {
            throw refusal;
          }

          @Override
          protected void onCheck() {}
        };
    assertThatThrownBy(() -> Meter.runWithin(meter, () -> Meter.charge(1))).isSameAs(refusal);
    assertThatThrownBy(() -> Meter.charge(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
