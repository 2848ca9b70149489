package dev.rheo.edge.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final long MIB = 1 << 20;

  @Test
  void watchesLeaveRoomForRequestsHoweverLargeTheIndexIs() {
    long room = 12 * MIB;
    Ledger ledger =
        new Ledger(
            new Ledger.Limits(
                room + MIB, MIB, 8 * MIB, MIB, 4 * MIB, 8 * MIB, 4 * MIB, MIB, MIB, 100));
    for (long index : new long[] {0, room / 2, room * 9 / 10}) {
      ledger.indexed(index);
      long watches = 0;
      while (ledger.watches().tryCharge(1024)) {
        watches += 1024;
      }
      assertThat(watches).isPositive();
      assertThat(ledger.streams().tryCharge((room - index) / 8)).as("index of %d", index).isTrue();
      ledger.streams().release((room - index) / 8);
      ledger.watches().release(watches);
    }
  }
}
