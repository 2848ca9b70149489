package dev.rheo.server.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.edge.HttpHeaders;
import dev.rheo.edge.HttpRequest;
import dev.rheo.edge.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestMeterTest {
  private static final long MIB = 1 << 20;
  private static final int SMALL = 1024;

  private final Ledger ledger =
      new Ledger(new Ledger.Limits(10 * MIB, MIB, MIB, MIB, MIB, 8 * MIB, MIB, MIB, MIB, 100));
  private final HeavyPermits permits = new HeavyPermits(1);
  private final List<Thread> waiting = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    for (Thread thread : waiting) {
      thread.interrupt();
      thread.join();
    }
    assertThat(ledger.trees().used()).isZero();
  }

  private RequestMeter meter() {
    return new RequestMeter(
        ledger, permits, HttpRequest.of("PUT", "/x", new HttpHeaders(), new byte[0]));
  }

  private static void charge(RequestMeter meter, long bytes) {
    Meter.runWithin(meter, () -> Meter.charge(bytes));
  }

  /** Becomes heavy after it has charged as much as a light request may. */
  private void grow(RequestMeter meter) {
    charge(meter, RequestMeter.HEAVY_BYTES);
    charge(meter, 1);
  }

  private void growAside() {
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (RequestMeter meter = meter()) {
                    grow(meter);
                  } catch (ApiException interrupted) {
                    assertThat(interrupted.status().code()).isEqualTo(429);
                  }
                });
    waiting.add(thread);
    while (permits.waiting() < waiting.size()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void requestsThatWaitForThePermitKeepNeitherItsHolderNorLightOnesFromMemory() {
    try (RequestMeter holder = meter()) {
      grow(holder);
      long queue = ledger.queuedTrees().limit() / RequestMeter.HEAVY_BYTES;
      for (int i = 0; i < queue; i++) {
        growAside();
      }
      assertThat(ledger.lightTrees().used()).isZero();
      try (RequestMeter tooMany = meter()) {
        assertThatThrownBy(() -> grow(tooMany))
            .isInstanceOfSatisfying(
                ApiException.class, e -> assertThat(e.status().code()).isEqualTo(429));
      }
      try (RequestMeter light = meter()) {
        charge(light, SMALL);
      }
      charge(holder, ledger.trees().limit() / 2);
    }
  }

  @Test
  void aHolderThatFindsNoRoomHasThoseThatWaitRefused() throws Exception {
    long bodies = ledger.requestBodies().limit();
    assertThat(ledger.requestBodies().tryCharge(bodies)).isTrue();
    try (RequestMeter holder = meter()) {
      grow(holder);
      growAside();
      Thread body =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (permits.waiting() > 0) {
                      Thread.onSpinWait();
                    }
                    ledger.requestBodies().release(bodies);
                  });
      charge(holder, ledger.trees().ceiling() - ledger.trees().used() - 2 * MIB / 3);
      body.join();
    }
  }

  @Test
  void whatHasNoRoomInAnyServerOfThisSizeIsRefusedForGood() {
    assertRefused(413, 9 * MIB);
  }

  @Test
  void whatTheIndexLeavesNoRoomForMayBeTriedAgain() {
    ledger.indexed(7 * MIB);
    assertRefused(429, 3 * MIB);
  }

  @Test
  void anIndexThatIsFullLeavesRoomForOneObjectOfSomeSize() {
    ledger.indexed(9 * MIB);
    long room = ledger.trees().ceiling();
    assertThat(room).isLessThan(2 * RequestMeter.HEAVY_BYTES);
    try (RequestMeter meter = meter()) {
      for (long charged = 0; charged < room / 4 * 3; charged += 4 << 10) {
        charge(meter, 4 << 10);
      }
    }
  }

  private void assertRefused(int code, long bytes) {
    try (RequestMeter meter = meter()) {
      assertThatThrownBy(() -> charge(meter, bytes))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.status().code()).isEqualTo(code));
    }
  }
}
