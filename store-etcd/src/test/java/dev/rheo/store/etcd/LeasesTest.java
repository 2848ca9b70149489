package dev.rheo.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which keys share a lease. */
class LeasesTest {
  private final List<Long> granted = new ArrayList<>();
  private final AtomicLong now = new AtomicLong();
  private final Leases leases =
      new Leases(
          seconds -> {
            granted.add(seconds);
            return granted.size();
          },
          now::get);

  @Test
  void keysWithOneTimeShareALease() {
    assertThat(leases.of(Duration.ZERO)).isZero();
    assertThat(leases.of(Duration.ofHours(1))).isEqualTo(1);
    now.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(leases.of(Duration.ofHours(1))).isEqualTo(1);
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(leases.of(Duration.ofHours(1))).isEqualTo(2);
    assertThat(leases.of(Duration.ofMillis(1500))).isEqualTo(3);
    assertThat(leases.of(Duration.ofSeconds(2)))
        .as("a tenth of a second is too short to share")
        .isEqualTo(4);
    assertThat(granted).containsExactly(3660L, 3660L, 2L, 2L);
  }

  @Test
  void aLeaseHasABoundOfKeys() {
    for (int i = 0; i < Leases.MOST_KEYS; i++) {
      assertThat(leases.of(Duration.ofHours(1))).isEqualTo(1);
    }
    assertThat(leases.of(Duration.ofHours(1))).isEqualTo(2);
  }
}
