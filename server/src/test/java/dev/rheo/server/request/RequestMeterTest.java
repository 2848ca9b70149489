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
    return meter(ledger, new byte[0]);
  }

  private RequestMeter meter(Ledger in, byte[] body) {
    return new RequestMeter(in, permits, HttpRequest.of("PUT", "/x", new HttpHeaders(), body));
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
      charge(holder, ledger.heavyTrees().limit() / 2);
    }
  }

  /** Else all that hold a piece could wait for a second one, each for what the others hold. */
  @Test
  void whoHoldsRoomAmongLightOnesDoesNotWaitThereForMore() {
    try (RequestMeter meter = meter()) {
      charge(meter, SMALL);
      long rest = ledger.lightTrees().limit() - ledger.lightTrees().used();
      assertThat(ledger.lightTrees().tryCharge(rest)).isTrue();
      charge(meter, RequestMeter.HEAVY_BYTES / 2);
      assertThat(ledger.heavyTrees().used()).isPositive();
      assertThat(ledger.lightTrees().used()).isEqualTo(rest);
      ledger.lightTrees().release(rest);
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
      charge(holder, ledger.heavyTrees().ceiling() - ledger.trees().used() - 2 * MIB / 3);
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
    assertRefused(429, 4 * MIB);
  }

  @Test
  void aServerFullOfObjectsHasRoomForOneThatIsSmallerThanHeavyOnesAreElsewhere() {
    Ledger full =
        new Ledger(new Ledger.Limits(3 * MIB, MIB, MIB, MIB, MIB, 2 * MIB, MIB, MIB, MIB, 100));
    full.indexed(9 * MIB);
    assertThat(full.lightTrees().limit()).isLessThan(RequestMeter.HEAVY_BYTES);
    long room = full.heavyTrees().ceiling();
    assertThat(room).isGreaterThan(RequestMeter.HEAVY_BYTES);
    try (RequestMeter meter = meter(full, new byte[0])) {
      for (long charged = 0; charged < room / 8 * 7; charged += 4 << 10) {
        charge(meter, 4 << 10);
      }
    }
  }

  /** It would wait for what it holds itself, and keep others out meanwhile. */
  @Test
  void whatCannotFitBesideItsOwnBodyIsRefusedAtOnce() {
    byte[] body = new byte[(int) MIB];
    try (RequestMeter meter = meter(ledger, body)) {
      grow(meter);
      long rest = ledger.bulk().ceiling() - ledger.trees().used();
      assertThat(ledger.heavyTrees().hasRoom(rest / 2)).isTrue();
      charge(meter, rest / 2);
      assertThatThrownBy(() -> Meter.runWithin(meter, () -> Meter.promise(rest / 2)))
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.status().code()).isEqualTo(413));
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
