package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repeatedly kills a process that writes with many threads, at random moments. After each kill
 * every acknowledged commit must be there, every commit must be whole, and no revision may be used
 * twice. {@code -Drheo.torture=N} kills N times as often.
 */
class KillTortureTest {
  private static final int KILLS = 5 * Integer.getInteger("rheo.torture", 1);

  private final Random random = new Random(Long.getLong("rheo.seed", 20260101));

  /** Every commit that was acknowledged or read, by revision. */
  private final TreeMap<Long, TortureWriter.Id> known = new TreeMap<>();

  /** The state after the commits up to {@link #verified}. */
  private final TreeMap<String, Event> model = new TreeMap<>();

  private long verified = 1;
  private long compacted;
  private long acknowledged;

  @TempDir Path directory;

  @Test
  @Timeout(36_000)
  void nothingAcknowledgedIsLostAndNothingIsHalfThere() throws Exception {
    for (int run = 0; run < KILLS; run++) {
      writeUntilKilled(run);
      try (RocksRevisionStore store = RocksRevisionStore.open(directory, TortureWriter.SETTINGS)) {
        verify(store);
      }
    }
    assertThat(acknowledged).isGreaterThan(KILLS * 10L);
    System.out.printf(
        "kill -9: %d kills, %d acknowledged commits, revision %d, compacted %d%n",
        KILLS, acknowledged, verified, compacted);
  }

  private void writeUntilKilled(int run) throws Exception {
    try (ChildJvm writer = ChildJvm.start(TortureWriter.class, directory, run)) {
      boolean early = random.nextInt(6) == 0;
      if (!early) {
        // Waits for the first acknowledgement, so that the kill hits a process that writes.
        read(run, writer.out.readLine());
      }
      long delay = random.nextLong(early ? 900 : 500);
      Thread killer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      Thread.sleep(delay);
                      writer.kill();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      for (String line = writer.out.readLine(); line != null; line = writer.out.readLine()) {
        read(run, line);
      }
      killer.join();
    }
  }

  private void read(int run, String line) {
    if (line == null || !line.endsWith(" .")) {
      return;
    }
    String[] words = line.split(" ");
    switch (words[0]) {
      case "ack" -> {
        acknowledged++;
        TortureWriter.Id id =
            new TortureWriter.Id(run, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        long revision = Long.parseLong(words[3]);
        TortureWriter.Id before = known.put(revision, id);
        assertThat(before).as("revision %d is given twice", revision).isNull();
      }
      case "compacted" -> compacted = Math.max(compacted, Long.parseLong(words[1]));
      default -> fail("the writer failed: " + line);
    }
  }

  private void verify(RocksRevisionStore store) throws Exception {
    long current = store.currentRevision();
    assertThat(current).isGreaterThanOrEqualTo(known.isEmpty() ? 1 : known.lastKey());
    assertThat(current).isGreaterThanOrEqualTo(verified);
    assertThat(store.compactedRevision()).isBetween(compacted, verified);
    long from = Math.max(store.compactedRevision() + 1, 2);
    try (WatchCursor watch = store.watch("", "", from)) {
      long at = from - 1;
      while (at < current) {
        Batch batch = watch.next(Duration.ZERO);
        Map<Long, List<Event>> byRevision = new TreeMap<>();
        batch
            .events()
            .forEach(
                e -> byRevision.computeIfAbsent(e.modRevision(), _ -> new ArrayList<>()).add(e));
        for (long revision = at + 1; revision <= batch.revision(); revision++) {
          verify(revision, byRevision.get(revision));
        }
        at = batch.revision();
      }
    }
    verified = current;
    try (RangeCursor range = store.range("", "", current)) {
      for (Event expected : model.values()) {
        KeyValue actual = range.next();
        assertThat(actual).as(expected.key()).isNotNull();
        assertThat(actual.key()).isEqualTo(expected.key());
        assertThat(actual.modRevision()).isEqualTo(expected.modRevision());
        assertThat(actual.createRevision()).isEqualTo(expected.createRevision());
        assertThat(Arrays.hashCode(actual.value())).isEqualTo(Arrays.hashCode(expected.value()));
      }
      assertThat(range.next()).isNull();
    }
    assertThat(store.stats().keys()).isEqualTo(model.size());
  }

  private void verify(long revision, List<Event> events) {
    assertThat(events).as("revision %d", revision).isNotNull();
    TortureWriter.Id id = TortureWriter.Id.of(events.getFirst());
    TortureWriter.Id before = known.putIfAbsent(revision, id);
    assertThat(before == null ? id : before).as("revision %d", revision).isEqualTo(id);
    List<RevisionStore.Op> written = TortureWriter.operations(id);
    assertThat(events).as("the commit at %d is whole", revision).hasSameSizeAs(written);
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      RevisionStore.Op op = written.get(i);
      assertThat(event.key()).isEqualTo(op.key());
      if (op instanceof RevisionStore.Op.Put put) {
        assertThat(event.value()).isEqualTo(put.value());
      } else {
        assertThat(event.isDelete()).isTrue();
      }
      if (revision > verified) {
        apply(event);
      }
    }
  }

  private void apply(Event event) {
    Event before = model.get(event.key());
    if (event.isDelete()) {
      assertThat(before).isNotNull();
      model.remove(event.key());
    } else {
      assertThat(event.createRevision())
          .isEqualTo(before == null ? event.modRevision() : before.createRevision());
      model.put(event.key(), event);
    }
  }

  /** A failure to start the writer must not look like success. */
  @Test
  @Timeout(120)
  void theWriterWrites() throws Exception {
    try (ChildJvm writer = ChildJvm.start(TortureWriter.class, directory, 0)) {
      String line = writer.out.readLine();
      while (line != null && line.startsWith("compacted ")) {
        line = writer.out.readLine();
      }
      assertThat(line).startsWith("ack ");
    }
  }
}
