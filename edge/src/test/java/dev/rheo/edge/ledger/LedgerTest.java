package dev.rheo.edge.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final long MIB = 1 << 20;
  private static final long ROOM = 12 * MIB;

  private final Ledger ledger =
      new Ledger(
          new Ledger.Limits(
              ROOM + MIB, MIB, 8 * MIB, MIB, 4 * MIB, 8 * MIB, 4 * MIB, MIB, MIB, 100));

  private static long fill(Account account) {
    long units = 0;
    while (account.tryCharge(1024)) {
      units += 1024;
    }
    return units;
  }

  @Test
  void whatFillsTheRestLeavesRoomForSmallRequestsHoweverLargeTheIndexIs() {
    List<Function<Ledger, Account>> others =
        List.of(
            Ledger::watches,
            Ledger::strangerStreams,
            Ledger::largeStreams,
            Ledger::requestBodies,
            Ledger::answers,
            Ledger::trees);
    for (long index : new long[] {0, ROOM / 2, ROOM * 9 / 10}) {
      ledger.indexed(index);
      long[] taken = others.stream().mapToLong(other -> fill(other.apply(ledger))).toArray();
      assertThat(taken[0]).isPositive();
      assertThat(ledger.trees().tryCharge(1024)).isFalse();
      assertThat(ledger.streams().tryCharge((ROOM - index) / 8)).as("index of %d", index).isTrue();
      ledger.streams().release((ROOM - index) / 8);
      for (int i = 0; i < taken.length; i++) {
        others.get(i).apply(ledger).release(taken[i]);
      }
    }
  }

  @Test
  void anIndexBeyondItsLimitLeavesRoomToDelete() {
    ledger.indexed(2 * ROOM);
    assertThat(ledger.index().hasRoom(1)).isFalse();
    assertThat(ledger.lightTrees().tryCharge(64 << 10)).isTrue();
    assertThat(ledger.requestBodies().tryCharge(64 << 10)).isTrue();
    assertThat(ledger.answers().tryCharge(64 << 10)).isTrue();
    assertThat(ledger.streams().tryCharge(64 << 10)).isTrue();
    ledger.indexed(ROOM / 2);
    assertThat(ledger.index().hasRoom(1)).isTrue();
    assertThat(ledger.index().used()).isEqualTo(ROOM / 2);
  }

  @Test
  void lightAndQueuedTreesLeaveRoomForTheRequestThatHasThePermit() {
    for (long index : new long[] {0, ROOM / 2, ROOM * 9 / 10}) {
      ledger.indexed(index);
      long light = fill(ledger.lightTrees());
      long queued = fill(ledger.queuedTrees());
      assertThat(queued).isPositive();
      long heavy = fill(ledger.heavyTrees());
      assertThat(heavy).as("index of %d", index).isGreaterThan(light / 3);
      ledger.heavyTrees().release(heavy);
      ledger.queuedTrees().release(queued);
      ledger.lightTrees().release(light);
    }
  }
}
