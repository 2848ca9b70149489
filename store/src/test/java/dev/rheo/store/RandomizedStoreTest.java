package dev.rheo.store;

import static dev.rheo.store.RevisionStoreContract.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commits, reads, watches and compactions, each compared with an {@link Oracle}. The durable
 * store is also closed and reopened at random. The seed is the test's parameter.
 */
class RandomizedStoreTest {
  private static final int STEPS = 600;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void memory(long seed) throws Exception {
    MemoryRevisionStore store = new MemoryRevisionStore();
    new Run(seed, store, open -> open).go(STEPS * Integer.getInteger("rheo.torture", 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void rocks(long seed, @TempDir Path directory) throws Exception {
    // With an even seed the tail is so small that most watches read the log.
    RocksSettings settings = RocksSettings.defaults().withTail(seed % 2 == 0 ? 2000 : 1 << 20);
    Run run =
        new Run(
            seed,
            RocksRevisionStore.open(directory, settings),
            open -> {
              open.close();
              return RocksRevisionStore.open(directory, settings);
            });
    run.go(STEPS * Integer.getInteger("rheo.torture", 1));
  }

  private interface Opening {
    /** Returns the store, reopened if its engine is durable. */
    RevisionStore again(RevisionStore store) throws Exception;
  }

  private static final class Run {
    private final Random random;
    private final Opening reopen;
    private final Oracle oracle = new Oracle();
    private final List<Follower> followers = new ArrayList<>();
    private final List<OpenRange> ranges = new ArrayList<>();
    private RevisionStore store;

    private record OpenRange(RangeCursor cursor, List<KeyValue> left) {}

    private static final class Follower {
      WatchCursor cursor;
      String start;
      String end;
      long next;
    }

    Run(long seed, RevisionStore store, Opening reopen) {
      this.random = new Random(seed);
      this.store = store;
      this.reopen = reopen;
    }

    void go(int steps) throws Exception {
      for (int step = 0; step < steps; step++) {
        int dice = random.nextInt(100);
        if (dice < 50) {
          commit();
        } else if (dice < 62) {
          get();
        } else if (dice < 72) {
          range();
        } else if (dice < 76) {
          openRange();
        } else if (dice < 82) {
          advanceRange();
        } else if (dice < 86) {
          follow();
        } else if (dice < 95) {
          advanceFollower();
        } else if (dice < 98) {
          compact();
        } else {
          reopen();
        }
        assertThat(store.currentRevision()).isEqualTo(oracle.current());
        assertThat(store.compactedRevision()).isEqualTo(oracle.compacted);
        assertThat(store.stats().keys()).isEqualTo(oracle.state(oracle.current()).size());
      }
      store.close();
    }

    private void commit() throws Exception {
      List<Op> ops = ops();
      String conflict = oracle.conflict(ops);
      if (conflict == null) {
        assertThat(store.commit(ops)).isEqualTo(oracle.commit(ops));
      } else {
        assertThatThrownBy(() -> store.commit(ops))
            .isInstanceOfSatisfying(
                RevisionConflictException.class, e -> assertThat(e.key()).isEqualTo(conflict));
      }
    }

    private List<Op> ops() {
      Set<String> keys = new LinkedHashSet<>();
      int count = random.nextInt(5) == 0 ? 1 + random.nextInt(30) : 1;
      while (keys.size() < count) {
        keys.add(key());
      }
      List<Op> ops = new ArrayList<>();
      for (String key : keys) {
        KeyValue present = oracle.state(oracle.current()).get(key);
        long actual = present == null ? 0 : present.modRevision();
        long expected =
            switch (random.nextInt(60)) {
              case 0 -> Math.max(0, actual - 1);
              case 1 -> actual + 1;
              default -> random.nextBoolean() ? Op.ANY : actual;
            };
        int kind = random.nextInt(10);
        if (kind < 6) {
          ops.add(new Op.Put(key, value(), expected));
        } else if (kind < 9) {
          ops.add(
              present == null && random.nextInt(20) > 0
                  ? new Op.Put(key, value(), expected)
                  : new Op.Delete(key, expected));
        } else {
          ops.add(new Op.Check(key, expected));
        }
      }
      return ops;
    }

    private byte[] value() {
      byte[] value =
          new byte[random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(40)];
      random.nextBytes(value);
      return value;
    }

    private String key() {
      String group = "/r/" + (char) ('a' + random.nextInt(3)) + "/";
      return group + "x".repeat(random.nextInt(3)) + random.nextInt(12);
    }

    private String bound() {
      return switch (random.nextInt(4)) {
        case 0 -> "";
        case 1 -> key() + "\0";
        case 2 -> "/r/" + (char) ('a' + random.nextInt(4)) + "/";
        default -> key();
      };
    }

    /** A random revision, most of the time a retained one. */
    private long revision() {
      if (random.nextInt(10) == 0) {
        return 1 + random.nextLong(oracle.current() + 2);
      }
      long lowest = Math.max(1, oracle.compacted);
      return lowest + random.nextLong(oracle.current() - lowest + 1);
    }

    private boolean refused(
        long revision, org.assertj.core.api.ThrowableAssert.ThrowingCallable c) {
      if (revision < oracle.compacted) {
        assertThatThrownBy(c).isInstanceOf(CompactedException.class);
        return true;
      }
      if (revision > oracle.current()) {
        assertThatThrownBy(c).isInstanceOf(FutureRevisionException.class);
        return true;
      }
      return false;
    }

    private void get() throws Exception {
      String key = key();
      long revision = revision();
      if (!refused(revision, () -> store.get(key, revision))) {
        assertSame(store.get(key, revision), oracle.state(revision).get(key));
      }
      assertSame(store.get(key, 0), oracle.state(oracle.current()).get(key));
    }

    private void range() throws Exception {
      String start = bound();
      String end = bound();
      long revision = revision();
      if (refused(revision, () -> store.range(start, end, revision))) {
        return;
      }
      try (RangeCursor cursor = store.range(start, end, revision)) {
        for (KeyValue expected : oracle.range(start, end, revision)) {
          assertSame(cursor.next(), expected);
        }
        assertThat(cursor.next()).isNull();
      }
    }

    private void openRange() throws Exception {
      long revision = Math.max(revision(), oracle.compacted);
      if (revision <= oracle.current()) {
        ranges.add(
            new OpenRange(
                store.range("", "", revision), new ArrayList<>(oracle.range("", "", revision))));
      }
    }

    private void advanceRange() throws Exception {
      if (ranges.isEmpty()) {
        return;
      }
      OpenRange range = ranges.get(random.nextInt(ranges.size()));
      for (int i = random.nextInt(20); i >= 0; i--) {
        if (range.left().isEmpty()) {
          assertThat(range.cursor().next()).isNull();
          range.cursor().close();
          ranges.remove(range);
          return;
        }
        assertSame(range.cursor().next(), range.left().removeFirst());
      }
    }

    private void follow() throws Exception {
      Follower follower = new Follower();
      follower.start = bound();
      follower.end = bound();
      follower.next = Math.max(1, revision() + random.nextInt(3) - 1);
      if (follower.next <= oracle.compacted) {
        assertThatThrownBy(() -> store.watch(follower.start, follower.end, follower.next))
            .isInstanceOf(CompactedException.class);
        return;
      }
      follower.cursor = store.watch(follower.start, follower.end, follower.next);
      followers.add(follower);
    }

    private void advanceFollower() throws Exception {
      if (followers.isEmpty()) {
        return;
      }
      Follower follower = followers.get(random.nextInt(followers.size()));
      if (follower.next <= oracle.compacted) {
        assertThatThrownBy(() -> follower.cursor.next(Duration.ZERO))
            .isInstanceOf(CompactedException.class);
        followers.remove(follower);
        return;
      }
      Batch batch = follower.cursor.next(Duration.ZERO);
      assertThat(batch.revision())
          .isBetween(Math.min(follower.next - 1, oracle.current()), oracle.current());
      List<Event> expected =
          oracle.events(follower.start, follower.end, follower.next, batch.revision());
      assertThat(batch.events()).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertSame(batch.events().get(i), expected.get(i));
      }
      follower.next = Math.max(follower.next, batch.revision() + 1);
    }

    private void compact() throws Exception {
      long revision =
          random.nextInt(4) == 0
              ? oracle.current()
              : oracle.compacted + random.nextLong(oracle.current() - oracle.compacted + 1) / 2;
      store.compact(revision);
      oracle.compacted = Math.max(oracle.compacted, revision);
    }

    private void reopen() throws Exception {
      RevisionStore before = store;
      RevisionStore after = reopen.again(before);
      if (after != before) {
        followers.clear();
        ranges.clear();
      }
      store = after;
    }

    private static void assertSame(KeyValue actual, KeyValue expected) {
      assertThat(text(actual)).isEqualTo(text(expected));
      if (expected != null) {
        assertThat(actual.value()).isEqualTo(expected.value());
      }
    }

    private static void assertSame(Event actual, Event expected) {
      assertThat(text(actual)).isEqualTo(text(expected));
      assertThat(actual.value()).isEqualTo(expected.value());
    }
  }
}
