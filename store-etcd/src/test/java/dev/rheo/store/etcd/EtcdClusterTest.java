package dev.rheo.store.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.StoreException;
import dev.rheo.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster whose members die and come back under writers, readers and a watch. */
@Timeout(180)
class EtcdClusterTest {
  private static final int WRITERS = 4;

  @TempDir Path directory;
  private List<EtcdProcess> members;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicBoolean written = new AtomicBoolean();

  /** What was acknowledged: the value of each revision. */
  private final Map<Long, String> acknowledged = new ConcurrentHashMap<>();

  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong lastWritten = new AtomicLong();

  @BeforeEach
  void start() throws Exception {
    members = EtcdProcess.cluster(directory);
  }

  @AfterEach
  void stop() throws Exception {
    if (members != null) {
      for (EtcdProcess member : members) {
        member.close();
      }
    }
  }

  @Test
  void noAcknowledgedWriteIsLostAndNoEventTwiceToldWhenMembersDie() throws Exception {
    EtcdSettings settings =
        EtcdSettings.of(members.stream().map(EtcdProcess::address).toList(), "/registry");
    List<Event> told = new ArrayList<>();
    try (EtcdRevisionStore store = EtcdRevisionStore.open(settings);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        String key = "/registry/k" + i;
        running.add(threads.submit(() -> write(store, key)));
      }
      running.add(threads.submit(() -> read(store)));
      Future<?> following = threads.submit(() -> follow(store, told));
      for (int round = 0; round < 4; round++) {
        EtcdProcess member = members.get(round % members.size());
        member.kill();
        progress();
        member.start();
        progress();
      }
      over.set(true);
      for (Future<?> each : running) {
        each.get();
      }
      written.set(true);
      following.get();
    }
    Map<Long, String> seen = new TreeMap<>();
    long before = 0;
    for (Event event : told) {
      assertThat(event.modRevision()).isGreaterThan(before);
      before = event.modRevision();
      seen.put(event.modRevision(), event.key() + "=" + new String(event.value(), UTF_8));
    }
    assertThat(acknowledged).hasSizeGreaterThan(100);
    assertThat(seen).containsAllEntriesOf(acknowledged);
    assertThat(reads.get()).isPositive();
  }

  /** Everybody goes on, whoever has died. */
  private void progress() {
    int writes = acknowledged.size();
    long looked = reads.get();
    Await.until(
        "writes and reads go on", () -> acknowledged.size() > writes + 20 && reads.get() > looked);
  }

  private Object write(EtcdRevisionStore store, String key) throws Exception {
    long expected = 0;
    for (int i = 0; !over.get(); i++) {
      String value = "v" + i;
      try {
        expected = store.commit(List.of(new Op.Put(key, value.getBytes(UTF_8), expected)));
        acknowledged.put(expected, key + "=" + value);
        lastWritten.accumulateAndGet(expected, Math::max);
      } catch (RevisionConflictException e) {
        // Only the undecided write before can have come between.
        expected = e.actual();
      } catch (StoreException e) {
        KeyValue now = await(store, key);
        expected = now == null ? 0 : now.modRevision();
      }
    }
    return key;
  }

  private KeyValue await(EtcdRevisionStore store, String key) throws Exception {
    while (true) {
      try {
        return store.get(key, 0);
      } catch (StoreException e) {
        // No leader at the moment.
        Thread.sleep(10);
      }
    }
  }

  /** A consistent read is never older than a write that was acknowledged before it. */
  private Object read(EtcdRevisionStore store) throws Exception {
    while (!over.get()) {
      long written = lastWritten.get();
      try {
        assertThat(store.currentRevision()).isGreaterThanOrEqualTo(written);
        reads.incrementAndGet();
      } catch (StoreException e) {
        Thread.sleep(10);
      }
    }
    return null;
  }

  private Object follow(EtcdRevisionStore store, List<Event> told) throws Exception {
    long reached = 0;
    while (!written.get() || reached < lastWritten.get()) {
      try (WatchCursor watch = store.watch("", "", reached + 1)) {
        while (!written.get() || reached < lastWritten.get()) {
          Batch batch = watch.next(Duration.ofMillis(100));
          told.addAll(batch.events());
          reached = batch.revision();
        }
      } catch (StoreException e) {
        Thread.sleep(10);
      }
    }
    return null;
  }
}
