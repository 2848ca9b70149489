package dev.rheo.cache;

import static dev.rheo.cache.FormsTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.api.status.ApiException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Forms that somebody outside makes. */
@Timeout(60)
class FormLaneTest {
  @TempDir Path directory;

  private final Outside outside = new Outside();

  /** Refuses objects that contain "bad"; answers when the gate is open. */
  private static final class Outside extends FormKind {
    final Semaphore gate = new Semaphore(1000);
    final List<Integer> asked = new CopyOnWriteArrayList<>();
    private final FormLane lane = new FormLane("outside", 2);

    Outside() {
      super("outside");
    }

    @Override
    public FormLane lane() {
      return lane;
    }

    @Override
    protected Made make(Source source) {
      throw new AssertionError("all forms are made by makeAll");
    }

    @Override
    protected List<Made> makeAll(List<Source> sources) {
      asked.add(sources.size());
      gate.acquireUninterruptibly();
      for (Source source : sources) {
        if (new String(source.json(), StandardCharsets.UTF_8).contains("bad")) {
          throw ApiException.badRequest("a bad object");
        }
      }
      return sources.stream().map(source -> Made.plain(source.json().clone())).toList();
    }
  }

  private void make(World world, FormKind kind, String name, boolean ahead, CountDownLatch done)
      throws Exception {
    Entry entry = world.pods().get("ns/" + name);
    EntryCursor rest = null;
    if (ahead) {
      rest = world.pods().snapshot().entries("", "ns/" + name);
      rest.next();
    }
    new FormReader(world.cache).make(kind, entry, 0, rest, done::countDown);
  }

  private static byte[] json(World world, Entry entry) throws Exception {
    return world.read(entry).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whatFollowsIsAskedForWithOneQuestion() throws Exception {
    try (World world = new World(directory, World.small())) {
      for (String name : List.of("a", "b", "c")) {
        world.pod("ns", name, "n", "good");
      }
      world.sync();
      CountDownLatch done = new CountDownLatch(1);
      make(world, outside, "a", true, done);
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
      for (String name : List.of("a", "b", "c")) {
        Entry entry = world.pods().get("ns/" + name);
        assertThat(read(world, outside, entry, 0)).isEqualTo(json(world, entry));
      }
      assertThat(outside.asked).containsExactly(3);
    }
  }

  @Test
  void oneObjectKeepsNoOtherFromItsReaders() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.pod("ns", "a", "n", "good");
      world.pod("ns", "b", "n", "bad");
      world.pod("ns", "c", "n", "good");
      world.sync();
      CountDownLatch done = new CountDownLatch(1);
      make(world, outside, "a", true, done);
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
      World.until(() -> world.cache.stats().forms().pending() == 0);
      assertThat(outside.asked).containsExactly(3, 1, 1, 1);
      Entry good = world.pods().get("ns/c");
      assertThat(new FormReader(world.cache).form(outside, good, 0)).isNotNull();
      FormReader reader = new FormReader(world.cache);
      Entry bad = world.pods().get("ns/b");
      CountDownLatch refused = new CountDownLatch(1);
      reader.make(outside, bad, 0, null, refused::countDown);
      assertThat(refused.await(20, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(() -> reader.form(outside, bad, 0)).hasCauseInstanceOf(ApiException.class);
    }
  }

  @Test
  void whoDoesNotAnswerDelaysNoOtherKind() throws Exception {
    try (World world = new World(directory, World.small())) {
      for (String name : List.of("a", "b", "c", "d")) {
        world.pod("ns", name, "n", "good");
      }
      world.sync();
      outside.gate.drainPermits();
      CountDownLatch done = new CountDownLatch(8);
      FormBasesTest.Framed framed = new FormBasesTest.Framed(outside);
      for (String name : List.of("a", "b", "c", "d")) {
        make(world, outside, name, false, done);
        make(world, framed, name, false, done);
      }
      World.until(() -> outside.asked.size() == 2);
      FormsTest.Backwards other = new FormsTest.Backwards();
      Entry entry = world.pods().get("ns/a");
      assertThat(read(world, other, entry, 0)).isEqualTo(FormsTest.backwards(world, entry));
      assertThat(done.getCount()).isEqualTo(8);
      outside.gate.release(1000);
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(read(world, framed, entry, 0))
          .isEqualTo(FormBasesTest.Framed.of(json(world, entry)));
      assertThat(outside.asked).hasSize(4);
    }
  }
}
