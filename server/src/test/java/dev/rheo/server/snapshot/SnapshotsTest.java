package dev.rheo.server.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import dev.rheo.edge.Body;
import dev.rheo.edge.ledger.Account;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import dev.rheo.store.snapshot.SnapshotReader;
import dev.rheo.testing.Await;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What snapshots on their way may hold, and for how long. */
@Timeout(60)
class SnapshotsTest {
  private static final int MIB = 1 << 20;
  private static final int LARGE_VALUE = 3 << 19;

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();
  private final Account heap = Account.root("heap", 16 * MIB);
  private final Account account = heap.part("snapshots", 5 * MIB, 10);
  private int keys = 100;
  private int valueBytes = 1000;
  private boolean breaks;
  private final Snapshots snapshots =
      new Snapshots(Generated::new, new NotFreezing(), account, nanos::get);

  @AfterEach
  void close() {
    snapshots.close();
  }

  /** A store of many values. */
  private final class Generated implements StoreSnapshot {
    private final byte[] value = new byte[valueBytes];
    private int read;

    Generated() {
      open.incrementAndGet();
      new Random(1).nextBytes(value);
    }

    @Override
    public Header header() {
      return new Header(keys, keys, 0, "history");
    }

    @Override
    public @Nullable Item next() throws StoreException {
      if (read == keys) {
        return null;
      }
      if (breaks && read > keys / 2) {
        throw new StoreException("the disk is broken");
      }
      read++;
      return new Entry("/registry/%07d".formatted(read), value, read, read, 0);
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private static final class NotFreezing implements Freezing {
    @Override
    public long freeze() {
      return 1;
    }

    @Override
    public long thaw() {
      return 1;
    }
  }

  /** A peer that takes what it is told to take. */
  private static final class Peer implements AutoCloseable {
    final Body body;
    final Semaphore woken = new Semaphore(0);
    final ByteArrayOutputStream got = new ByteArrayOutputStream();

    Peer(Body body) {
      this.body = body;
      body.onReady(woken::release);
    }

    /** Takes at most so many bytes, and waits while there are none. */
    Body.State take(int bytes) throws InterruptedException {
      ByteBuf out = Unpooled.buffer(bytes, bytes);
      Body.State state = body.draw(out);
      while (state == Body.State.WAIT) {
        assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).as("was woken").isTrue();
        state = body.draw(out);
      }
      got.write(out.array(), 0, out.readableBytes());
      return state;
    }

    Body.State takeAll() throws InterruptedException {
      Body.State state;
      do {
        state = take(64 << 10);
      } while (state == Body.State.MORE);
      return state;
    }

    @Override
    public void close() {
      body.close();
    }
  }

  private Peer save() {
    return new Peer(snapshots.answer(Snapshots.PATH, "get").body());
  }

  private void awaitNothingHeld() {
    Await.until("nothing is held", () -> snapshots.stats().running() == 0);
    assertThat(account.used()).isZero();
    assertThat(open).hasValue(0);
  }

  private long ended(String result) {
    return snapshots.stats().ended().get(result);
  }

  @Test
  void aSnapshotIsCompleteAndCountsItsBytes() throws Exception {
    keys = 1000;
    try (Peer peer = save()) {
      assertThat(snapshots.stats().running()).isEqualTo(1);
      assertThat(peer.takeAll()).isEqualTo(Body.State.END);
      try (SnapshotReader reader =
          new SnapshotReader(new ByteArrayInputStream(peer.got.toByteArray()), "file")) {
        while (reader.next() != null) {
          // Reading verifies it.
        }
      }
      assertThat(snapshots.stats().sentBytes()).isEqualTo(peer.got.size());
    }
    awaitNothingHeld();
    assertThat(ended("complete")).isEqualTo(1);
  }

  @Test
  void largeValuesAreChargedUntilTheyAreSent() throws Exception {
    keys = 20;
    valueBytes = LARGE_VALUE;
    try (Peer peer = save()) {
      assertThat(peer.take(1000)).isEqualTo(Body.State.MORE);
      // One is being sent and one has been made: the peer takes no more.
      long two = SnapshotRoom.STANDING + 2L * (LARGE_VALUE - SnapshotRoom.CHUNK);
      Await.until("two are charged", () -> Math.abs(account.used() - two) < 1000);
      assertThat(peer.takeAll()).isEqualTo(Body.State.END);
      assertThat(peer.got.size()).isGreaterThan(20 * LARGE_VALUE);
      assertThat(account.usage().peak()).isLessThanOrEqualTo(account.limit());
    }
    awaitNothingHeld();
  }

  @Test
  void aSnapshotWaitsForRoomAndGoesOn() throws Exception {
    keys = 5000;
    long others = heap.limit() - SnapshotRoom.STANDING - 1;
    heap.force(others);
    try (Peer peer = save()) {
      ByteBuf out = Unpooled.buffer(1000);
      assertThat(peer.body.draw(out)).isEqualTo(Body.State.WAIT);
      assertThat(peer.woken.availablePermits()).isZero();
      heap.release(others);
      assertThat(peer.takeAll()).isEqualTo(Body.State.END);
    }
    awaitNothingHeld();
  }

  @Test
  void whoLeavesWhileRoomIsAwaitedLeavesAtOnce() {
    heap.force(heap.limit() - SnapshotRoom.STANDING - 1);
    Peer peer = save();
    assertThat(peer.body.draw(Unpooled.buffer(1000))).isEqualTo(Body.State.WAIT);
    peer.close();
    awaitNothingHeld();
    assertThat(ended("left")).isEqualTo(1);
  }

  @Test
  void withoutMemoryItIsRefused() {
    heap.force(heap.limit());
    assertThatThrownBy(this::save)
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.status().code()).isEqualTo(429));
    awaitNothingHeld();
    assertThat(ended("refused")).isEqualTo(1);
  }

  @Test
  void oneIsMadeAtATime() {
    try (Peer peer = save()) {
      assertThat(peer.got.size()).isZero();
      assertThatThrownBy(this::save)
          .isInstanceOfSatisfying(
              ApiException.class, e -> assertThat(e.status().code()).isEqualTo(429));
    }
    awaitNothingHeld();
    assertThat(ended("refused")).isEqualTo(1);
    assertThat(ended("left")).isEqualTo(1);
  }

  @Test
  void whoTakesTooLittleIsCutOff() throws Exception {
    keys = 100_000;
    try (Peer peer = save()) {
      // A byte every ten seconds is progress, but not enough.
      Body.State state = peer.take(1);
      int tens = 0;
      while (state == Body.State.MORE && tens < 100) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        tens++;
        state = peer.take(1);
      }
      assertThat(state).isEqualTo(Body.State.ABORT);
      assertThat(Duration.ofSeconds(10L * tens)).isEqualTo(Duration.ofSeconds(70));
    }
    awaitNothingHeld();
    assertThat(ended("slow")).isEqualTo(1);
  }

  @Test
  void whoTakesEnoughOnAverageIsNot() throws Exception {
    keys = 100_000;
    try (Peer peer = save()) {
      long taken = 0;
      Body.State state = Body.State.MORE;
      // It takes 40 MiB at once, and may then rest for two minutes.
      while (taken < 40L * MIB) {
        assertThat(state).isEqualTo(Body.State.MORE);
        state = peer.take(1 << 16);
        taken += 1 << 16;
      }
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(120));
      assertThat(peer.takeAll()).isEqualTo(Body.State.END);
    }
    awaitNothingHeld();
  }

  @Test
  void theTimeInWhichThereIsNothingToTakeIsNotThePeers() throws Exception {
    long others = heap.limit() - SnapshotRoom.STANDING - 1;
    heap.force(others);
    try (Peer peer = save()) {
      assertThat(peer.body.draw(Unpooled.buffer(1000))).isEqualTo(Body.State.WAIT);
      nanos.addAndGet(TimeUnit.HOURS.toNanos(1));
      heap.release(others);
      assertThat(peer.takeAll()).isEqualTo(Body.State.END);
    }
  }

  @Test
  void aStoreThatFailsBreaksItOff() throws Exception {
    keys = 5000;
    breaks = true;
    try (Peer peer = save()) {
      assertThat(peer.takeAll()).isEqualTo(Body.State.ABORT);
    }
    awaitNothingHeld();
    assertThat(ended("failed")).isEqualTo(1);
  }
}
