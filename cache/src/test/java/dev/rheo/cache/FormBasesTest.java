package dev.rheo.cache;

import static dev.rheo.cache.FormsTest.backwards;
import static dev.rheo.cache.FormsTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rheo.cache.FormsTest.Backwards;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forms that are made from another form, their base. */
class FormBasesTest {
  @TempDir Path directory;

  /** The form of the base in angle brackets. */
  static final class Framed extends FormKind {
    final AtomicInteger made = new AtomicInteger();

    Framed(FormKind base) {
      super("framed", base);
    }

    static byte[] of(byte[] base) {
      byte[] bytes = new byte[base.length + 2];
      bytes[0] = '<';
      System.arraycopy(base, 0, bytes, 1, base.length);
      bytes[bytes.length - 1] = '>';
      return bytes;
    }

    @Override
    protected Made make(Source source) {
      assertThat(source.metadataOffset()).isZero();
      assertThat(source.metadataEnd()).isEqualTo(source.json().length);
      made.incrementAndGet();
      return Made.plain(of(source.json()));
    }
  }

  private final Backwards base = new Backwards();
  private final Framed framed = new Framed(base);
  private final Framed another = new Framed(base);

  private static Entry pod(World world, String text) throws Exception {
    world.pod("ns", "a", "n", text);
    world.sync();
    return world.pods().get("ns/a");
  }

  @Test
  void aBaseIsMadeOnceForAllFormsThatAreMadeFromIt() throws Exception {
    try (World world = new World(directory, World.small())) {
      Entry entry = pod(world, "x".repeat(5000));
      List<FormKind> kinds = List.of(framed, another, base);
      base.gate.drainPermits();
      CountDownLatch woken = new CountDownLatch(12);
      for (int i = 0; i < 12; i++) {
        new FormReader(world.cache).make(kinds.get(i % 3), entry, 0, null, woken::countDown);
      }
      World.until(() -> base.gate.hasQueuedThreads());
      assertThat(woken.getCount()).isEqualTo(12);
      assertThat(world.cache.stats().forms().pending()).isEqualTo(3);
      base.gate.release(1000);
      assertThat(woken.await(20, TimeUnit.SECONDS)).isTrue();
      byte[] backwards = backwards(world, entry);
      assertThat(read(world, base, entry, 0)).isEqualTo(backwards);
      assertThat(read(world, framed, entry, 0)).isEqualTo(Framed.of(backwards));
      assertThat(read(world, another, entry, 0)).isEqualTo(Framed.of(backwards));
      assertThat(base.made).hasValue(1);
      assertThat(framed.made).hasValue(1);
      assertThat(another.made).hasValue(1);
      // The base counts and is kept like any other form.
      CacheStats.Forms stats = world.cache.stats().forms();
      assertThat(stats.count()).isEqualTo(3);
      assertThat(stats.bytes()).isEqualTo(3L * entry.length() + 4);
      assertThat(stats.made()).isEqualTo(3);
      assertThat(stats.madeBytes()).isEqualTo(stats.bytes());
      assertThat(stats.failures()).isZero();
      assertThat(stats.pending()).isZero();
    }
  }

  @Test
  void aFormThatWaitsForItsBaseKeepsNoThread() throws Exception {
    try (World world = new World(directory, World.small())) {
      Entry entry = pod(world, "x");
      base.gate.drainPermits();
      CountDownLatch woken = new CountDownLatch(2);
      // The base occupies the first of the two makers.
      new FormReader(world.cache).make(framed, entry, 0, null, woken::countDown);
      World.until(() -> base.gate.hasQueuedThreads());
      new FormReader(world.cache).make(another, entry, 0, null, woken::countDown);
      Backwards unrelated = new Backwards();
      assertThat(read(world, unrelated, entry, 0)).isEqualTo(backwards(world, entry));
      assertThat(woken.getCount()).isEqualTo(2);
      base.gate.release(1000);
      assertThat(woken.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(new FormReader(world.cache).form(another, entry, 0)).isNotNull();
      assertThat(base.made).hasValue(1);
    }
  }

  @Test
  void aBaseCarriesTheRevisionOfTheForm() throws Exception {
    try (World world = new World(directory, World.small())) {
      Entry entry = pod(world, "x");
      long revision = 1_000_000_000_000L;
      byte[] spliced =
          world
              .read(entry)
              .replace(
                  "\"resourceVersion\":\"" + entry.revision() + "\"",
                  "\"resourceVersion\":\"1000000000000\"")
              .getBytes(StandardCharsets.UTF_8);
      assertThat(read(world, framed, entry, revision)).isEqualTo(Framed.of(Backwards.of(spliced)));
      assertThat(read(world, base, entry, revision)).isEqualTo(Backwards.of(spliced));
      assertThat(base.made).hasValue(1);
      assertThat(read(world, framed, entry, 0)).isEqualTo(Framed.of(backwards(world, entry)));
    }
  }

  @Test
  void basesAreMadeAheadWithTheirForms() throws Exception {
    try (World world = new World(directory, World.small())) {
      for (int i = 0; i < 500; i++) {
        world.pod("ns", "p" + i, "n", "x".repeat(300));
      }
      world.sync();
      EntryCursor cursor = world.pods().snapshot().entries("", null);
      Entry first = cursor.next();
      FormReader reader = new FormReader(world.cache);
      read(reader, framed, first, 0, world.pods().snapshot().entries("", first.key()));
      World.until(() -> framed.made.get() == 500 && world.cache.stats().forms().pending() == 0);
      for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
        assertThat(reader.form(framed, entry, 0)).isNotNull();
        assertThat(reader.form(base, entry, 0)).isNotNull();
      }
      assertThat(base.made).hasValue(500);
    }
  }

  @Test
  void theFailureOfABaseIsToldToAllWhoWaitAndIsNotKept() throws Exception {
    try (World world = new World(directory, World.small())) {
      Entry entry = pod(world, "x");
      base.fails = true;
      base.gate.drainPermits();
      Semaphore woken = new Semaphore(0);
      List<FormReader> readers = new ArrayList<>();
      for (FormKind kind : List.of(framed, another)) {
        FormReader reader = new FormReader(world.cache);
        reader.make(kind, entry, 0, null, woken::release);
        readers.add(reader);
        World.until(() -> base.gate.hasQueuedThreads());
      }
      base.gate.release(1000);
      assertThat(woken.tryAcquire(2, 20, TimeUnit.SECONDS)).isTrue();
      for (FormReader reader : readers) {
        assertThatThrownBy(() -> reader.form(framed, entry, 0))
            .isInstanceOf(IOException.class)
            .hasRootCauseMessage("as the test wants it");
      }
      assertThat(world.cache.stats().forms().pending()).isZero();
      assertThat(framed.made).hasValue(0);
      base.fails = false;
      assertThat(read(world, framed, entry, 0)).isEqualTo(Framed.of(backwards(world, entry)));
    }
  }

  @Test
  void aFormIsMadeThoughItsBaseCannotBeReadAnyMore() throws Exception {
    try (World world = new World(directory, World.small())) {
      Entry entry = pod(world, "x");
      byte[] backwards = backwards(world, entry);
      assertThat(read(world, base, entry, 0)).isEqualTo(backwards);
      // The object's JSON is still on the heap.
      world.files.readsFail = true;
      Semaphore woken = new Semaphore(0);
      new FormReader(world.cache).make(framed, entry, 0, null, woken::release);
      assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      world.files.readsFail = false;
      assertThat(base.made).hasValue(2);
      assertThat(read(world, framed, entry, 0)).isEqualTo(Framed.of(backwards));
      assertThat(framed.made).hasValue(1);
      assertThat(world.cache.stats().forms().evictedFiles()).isEqualTo(1);
      assertThat(read(world, base, entry, 0)).isEqualTo(backwards);
    }
  }

  @Test
  void aBaseHasNoBase() {
    assertThatThrownBy(() -> new Framed(framed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("framed");
  }
}
