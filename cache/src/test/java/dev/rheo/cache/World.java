package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.PlatformPool;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.testing.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/** A store and a cache that follows it, for tests. */
final class World implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(30);

  final RevisionStore store;
  final Path directory;
  final CacheSettings settings;
  final FaultyFiles files = new FaultyFiles();
  final AtomicLong clock = new AtomicLong();
  WatchCache cache;

  World(Path directory, CacheSettings settings) {
    this(new MemoryRevisionStore(), directory, settings);
  }

  World(RevisionStore store, Path directory, CacheSettings settings) {
    this.store = store;
    this.directory = directory;
    this.settings = settings;
    this.cache = begin();
  }

  /** Small segments and little heap, so that reads reach the files. */
  static CacheSettings small() {
    return small(256 << 10);
  }

  static CacheSettings small(int segmentBytes) {
    return new CacheSettings(
        2 * Segment.BLOCK,
        segmentBytes,
        64L << 20,
        32L << 20,
        8L << 20,
        512,
        1L << 20,
        Duration.ofMinutes(5),
        2,
        8L << 20,
        1L << 20,
        2);
  }

  /** The JVM's threads, and a clock that a test sets ahead. */
  private record Ahead(AtomicLong nanos) implements Threads {
    @Override
    public void start(String name, Runnable run) {
      JVM.start(name, run);
    }

    @Override
    public PlatformPool pool(String name, int size, int maxWaiting) {
      return JVM.pool(name, size, maxWaiting);
    }

    @Override
    public ReentrantLock lock() {
      return JVM.lock();
    }

    @Override
    public long nanoTime() {
      return JVM.nanoTime() + nanos.get();
    }
  }

  private WatchCache begin() {
    WatchCache made =
        new WatchCache(
            store,
            directory,
            List.of(Objects.PODS, Objects.NODES),
            settings,
            FormBounds.NONE,
            files,
            new Ahead(clock));
    made.start();
    return made;
  }

  void restart() {
    cache.close();
    cache = begin();
  }

  ResourceCache pods() {
    return cache.resource("pods");
  }

  long put(String key, byte[] value) throws Exception {
    return store.commit(List.of(new Op.Put("/registry/pods/" + key, value, Op.ANY)));
  }

  long pod(String namespace, String name, String node, String text) throws Exception {
    return put(namespace + "/" + name, Objects.pod(namespace, name, "a", node, text));
  }

  long delete(String key) throws Exception {
    return store.commit(List.of(new Op.Delete("/registry/pods/" + key, Op.ANY)));
  }

  void sync() throws Exception {
    assertThat(cache.awaitRevision(store.currentRevision(), LONG)).isTrue();
  }

  String read(Entry entry) throws Exception {
    return new String(new FormReader(cache).readFully(entry), StandardCharsets.UTF_8);
  }

  static void join(java.util.concurrent.CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until another thread makes the condition true. */
  static void until(java.util.function.BooleanSupplier condition) {
    Await.until("it comes about", condition::getAsBoolean);
  }

  @Override
  public void close() {
    cache.close();
    store.close();
  }
}
