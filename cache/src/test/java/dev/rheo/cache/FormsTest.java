package dev.rheo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Derived forms: made once, on demand, and dropped with their version or for the budget. */
class FormsTest {
  @TempDir Path directory;

  /** The JSON reversed, which cannot be confused with anything else. */
  static final class Backwards extends FormKind {
    final AtomicInteger made = new AtomicInteger();
    volatile boolean fails;
    final Semaphore gate = new Semaphore(Integer.MAX_VALUE);

    Backwards() {
      super("backwards");
    }

    static byte[] of(byte[] json) {
      byte[] bytes = new byte[json.length];
      for (int i = 0; i < json.length; i++) {
        bytes[i] = json[json.length - 1 - i];
      }
      return bytes;
    }

    @Override
    protected Made make(Source source) throws IOException {
      gate.acquireUninterruptibly();
      gate.release();
      if (fails) {
        throw new IOException("as the test wants it");
      }
      made.incrementAndGet();
      return new Made(of(source.json()), source.json().length, source.metadataEnd());
    }
  }

  private final Backwards kind = new Backwards();

  private static CacheSettings settings(long formDisk, long formHeap) {
    return new CacheSettings(
        2 * Segment.BLOCK,
        256 << 10,
        64L << 20,
        32L << 20,
        8L << 20,
        512,
        1L << 20,
        Duration.ofMinutes(5),
        2,
        formDisk,
        formHeap,
        2);
  }

  static byte[] read(World world, FormKind kind, Entry entry, long revision) throws Exception {
    return read(new FormReader(world.cache), kind, entry, revision, null);
  }

  /** Reads as a response body does: without blocking, and making what is missing. */
  static byte[] read(
      FormReader reader, FormKind kind, Entry entry, long revision, EntryCursor ahead)
      throws Exception {
    ByteBuffer dst = ByteBuffer.allocateDirect(1 << 20);
    while (true) {
      Semaphore woken = new Semaphore(0);
      Form form = reader.form(kind, entry, revision);
      if (form == null) {
        reader.make(kind, entry, revision, ahead, woken::release);
        assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        continue;
      }
      if (dst.position() == form.length()) {
        byte[] bytes = new byte[dst.flip().remaining()];
        dst.get(bytes);
        return bytes;
      }
      int n = reader.read(form, dst.position(), 1000, dst);
      if (n == FormReader.NOT_IN_MEMORY) {
        reader.load(form, dst.position(), woken::release);
        assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  static byte[] backwards(World world, Entry entry) throws Exception {
    return Backwards.of(world.read(entry).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aFormIsMadeOnceForAllWhoAsk() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.pod("ns", "a", "n", "x".repeat(5000));
      world.sync();
      Entry entry = world.pods().get("ns/a");
      FormReader first = new FormReader(world.cache);
      assertThat(first.form(kind, entry, 0)).isNull();
      kind.gate.drainPermits();
      CountDownLatch woken = new CountDownLatch(10);
      List<FormReader> readers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        FormReader reader = new FormReader(world.cache);
        reader.make(kind, entry, 0, null, woken::countDown);
        readers.add(reader);
      }
      assertThat(woken.getCount()).isEqualTo(10);
      kind.gate.release(1000);
      assertThat(woken.await(20, TimeUnit.SECONDS)).isTrue();
      for (FormReader reader : readers) {
        assertThat(read(reader, kind, entry, 0, null)).isEqualTo(backwards(world, entry));
      }
      assertThat(kind.made).hasValue(1);
      Form form = first.form(kind, entry, 0);
      assertThat(form.plainLength()).isEqualTo(entry.length());
      assertThat(form.checksum()).isEqualTo(entry.metadataEnd());
      assertThat(world.cache.stats().forms().count()).isEqualTo(1);
      assertThat(world.cache.stats().forms().bytes()).isEqualTo(entry.length());
      assertThat(world.cache.stats().forms().pending()).isZero();
    }
  }

  /** Like streams that are begun and abandoned, again and again. */
  @Test
  void whatReadersAskedForThatHaveLeftIsNotKept() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.pod("ns", "a", "n", "x");
      world.sync();
      Entry entry = world.pods().get("ns/a");
      kind.gate.drainPermits();
      CountDownLatch stayed = new CountDownLatch(3);
      List<FormReader> staying = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        // The first two occupy both makers; the third is queued.
        FormReader reader = new FormReader(world.cache);
        reader.make(kind, entry, i, null, stayed::countDown);
        staying.add(reader);
      }
      AtomicInteger told = new AtomicInteger();
      for (int i = 0; i < 50_000; i++) {
        FormReader leaving = new FormReader(world.cache);
        // Each asks for another form; every thousandth asks for the third one above.
        leaving.make(kind, entry, 3 + i % 1000, null, told::incrementAndGet);
        leaving.close();
        assertThat(world.cache.stats().forms().pending()).isEqualTo(3);
      }
      kind.gate.release(1000);
      assertThat(stayed.await(20, TimeUnit.SECONDS)).isTrue();
      World.until(() -> world.cache.stats().forms().pending() == 0);
      assertThat(kind.made).hasValue(3);
      assertThat(told).hasValue(0);
    }
  }

  @Test
  void whatReadersWantedLoadedThatHaveLeftIsNotKept() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.pod("ns", "a", "n", "x".repeat(1000));
      for (int i = 0; i < 30; i++) {
        world.pod("ns", "b" + i, "n", "x".repeat(10_000));
      }
      world.sync();
      Entry entry = world.pods().get("ns/a");
      CountDownLatch disk = new CountDownLatch(1);
      world.files.beforeBlocking = () -> World.join(disk);
      AtomicInteger told = new AtomicInteger();
      for (int i = 0; i < 3; i++) {
        new FormReader(world.cache).load(entry, 0, told::incrementAndGet);
      }
      World.until(() -> world.files.blockingReads.get() == 2);
      for (int i = 0; i < 50_000; i++) {
        FormReader leaving = new FormReader(world.cache);
        leaving.load(entry, 0, () -> told.addAndGet(100));
        leaving.close();
      }
      assertThat(world.cache.stats().pendingLoads()).isEqualTo(3);
      disk.countDown();
      World.until(() -> world.cache.stats().pendingLoads() == 0);
      assertThat(told).hasValue(3);
    }
  }

  @Test
  void anotherRevisionIsAnotherForm() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.pod("ns", "a", "n", "x");
      world.sync();
      Entry entry = world.pods().get("ns/a");
      FormReader reader = new FormReader(world.cache);
      long revision = 1_000_000_000_000L;
      byte[] told = Backwards.of(read(reader, kind, entry, revision, null));
      assertThat(new String(told, StandardCharsets.UTF_8))
          .contains("\"resourceVersion\":\"1000000000000\"")
          .isEqualTo(
              world
                  .read(entry)
                  .replace(
                      "\"resourceVersion\":\"" + entry.revision() + "\"",
                      "\"resourceVersion\":\"1000000000000\""));
      Form form = reader.form(kind, entry, revision);
      assertThat(form.checksum()).isGreaterThan(entry.metadataEnd());
      assertThat(read(reader, kind, entry, 0, null)).isEqualTo(backwards(world, entry));
    }
  }

  @Test
  void whatComesNextIsMadeAlong() throws Exception {
    try (World world = new World(directory, World.small())) {
      for (int i = 0; i < 500; i++) {
        world.pod("ns", "p" + i, "n", "x".repeat(300));
      }
      world.sync();
      EntryCursor cursor = world.pods().snapshot().entries("", null);
      FormReader reader = new FormReader(world.cache);
      Entry first = cursor.next();
      read(reader, kind, first, 0, world.pods().snapshot().entries("", first.key()));
      World.until(() -> kind.made.get() == 500);
      for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
        assertThat(reader.form(kind, entry, 0)).isNotNull();
      }
      assertThat(kind.made).hasValue(500);
    }
  }

  @Test
  void aFailureIsToldToAllWhoWaitAndIsNotKept() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.pod("ns", "a", "n", "x");
      world.sync();
      Entry entry = world.pods().get("ns/a");
      kind.fails = true;
      FormReader reader = new FormReader(world.cache);
      assertThatThrownBy(() -> read(reader, kind, entry, 0, null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("backwards");
      assertThat(world.cache.stats().forms().failures()).isEqualTo(1);
      kind.fails = false;
      assertThat(read(world, kind, entry, 0)).isEqualTo(backwards(world, entry));
    }
  }

  @Test
  void theDiskBudgetHoldsAndReadersInTheMiddleGoOn() throws Exception {
    try (World world = new World(directory, settings(256 << 10, 1 << 20))) {
      for (int i = 0; i < 60; i++) {
        world.pod("ns", "p" + i, "n", "x".repeat(20_000) + i);
      }
      world.sync();
      Entry slow = world.pods().get("ns/p0");
      FormReader slowReader = new FormReader(world.cache);
      byte[] whole = backwards(world, slow);
      read(slowReader, kind, slow, 0, null);
      ByteBuffer half = ByteBuffer.allocateDirect(whole.length);
      Form given = slowReader.form(kind, slow, 0);
      while (half.position() < whole.length / 2) {
        slowReader.read(given, half.position(), 1000, half);
      }
      FormReader reader = new FormReader(world.cache);
      EntryCursor cursor = world.pods().snapshot().entries("", null);
      for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
        assertThat(read(reader, kind, entry, 0, null)).isEqualTo(backwards(world, entry));
        assertThat(world.cache.stats().forms().bytes()).isLessThanOrEqualTo(256 << 10);
      }
      CacheStats.Forms stats = world.cache.stats().forms();
      assertThat(stats.evictedFiles()).isPositive();
      assertThat(stats.count()).isLessThan(60);
      assertThat(slowReader.read(given, half.position(), 1000, half)).isEqualTo(FormReader.GONE);
      // The form that is made again is the same, so the reader continues where it stopped.
      Semaphore woken = new Semaphore(0);
      slowReader.make(kind, slow, 0, null, woken::release);
      assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      Form again = slowReader.form(kind, slow, 0);
      while (half.hasRemaining()) {
        assertThat(slowReader.read(again, half.position(), 1000, half)).isPositive();
      }
      byte[] bytes = new byte[half.flip().remaining()];
      half.get(bytes);
      assertThat(bytes).isEqualTo(whole);
    }
  }

  @Test
  void theNumberOfFormsIsBounded() throws Exception {
    try (World world = new World(directory, settings(64 << 20, 100 * FormSpool.FORM_HEAP))) {
      for (int i = 0; i < 400; i++) {
        world.pod("ns", "p" + i, "n", "x");
      }
      world.sync();
      FormReader reader = new FormReader(world.cache);
      EntryCursor cursor = world.pods().snapshot().entries("", null);
      for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
        read(reader, kind, entry, 0, null);
        assertThat(world.cache.stats().forms().count()).isLessThanOrEqualTo(100);
      }
      assertThat(world.cache.stats().forms().count()).isGreaterThan(80);
    }
  }

  @Test
  void aFormGoesWithItsVersion() throws Exception {
    try (World world = new World(directory, World.small())) {
      FormReader reader = new FormReader(world.cache);
      for (int i = 0; i < 50; i++) {
        world.pod("ns", "a", "n", "x".repeat(10_000) + i);
        world.sync();
        Entry entry = world.pods().get("ns/a");
        assertThat(read(reader, kind, entry, 0, null)).isEqualTo(backwards(world, entry));
      }
      assertThat(world.cache.stats().forms().count()).isEqualTo(50);
      world.store.compact(world.store.currentRevision());
      world.pod("ns", "b", "n", "x");
      World.until(() -> world.cache.stats().forms().count() == 1);
      // Little more than the file that is being written remains.
      World.until(() -> world.cache.stats().forms().bytes() < 600_000);
    }
  }

  @Test
  void formsForgottenAfterTheirFileWentAreAccountedForOnce() throws Exception {
    FormSpool spool =
        new FormSpool(Threads.JVM, directory, ChannelFile::create, settings(1 << 20, 1 << 20));
    byte[] bytes = new byte[100_000];
    for (int place = 1; place <= 6; place++) {
      spool.add(place, kind, 0, FormKind.Made.plain(bytes));
    }
    // Each file holds two forms. The first two files are evicted; the third is still written.
    for (int place = 1; place <= 6; place++) {
      spool.forget(place);
    }
    FormSpool.Figures figures = spool.figures();
    assertThat(figures.forms()).isZero();
    assertThat(figures.bytes()).isBetween(0L, 256L << 10);
    assertThat(figures.evictedFiles()).isEqualTo(2);
    spool.close();
    assertThat(spool.figures().bytes()).isZero();
  }

  @Test
  void whatCannotBeReadIsMadeAgainAndAFullDiskIsToldOnce() throws Exception {
    try (World world = new World(directory, World.small())) {
      world.pod("ns", "a", "n", "x".repeat(5000));
      world.sync();
      Entry entry = world.pods().get("ns/a");
      FormReader reader = new FormReader(world.cache);
      byte[] whole = backwards(world, entry);
      assertThat(read(reader, kind, entry, 0, null)).isEqualTo(whole);
      Form form = reader.form(kind, entry, 0);
      world.files.readsFail = true;
      assertThat(reader.read(form, 0, 100, ByteBuffer.allocateDirect(100)))
          .isEqualTo(FormReader.GONE);
      world.files.readsFail = false;
      assertThat(reader.form(kind, entry, 0)).isNull();
      world.files.writesFail = true;
      assertThatThrownBy(() -> read(reader, kind, entry, 0, null)).isInstanceOf(IOException.class);
      world.files.writesFail = false;
      assertThat(read(world, kind, entry, 0)).isEqualTo(whole);
      assertThat(kind.made).hasValueGreaterThan(1);
    }
  }

  @Test
  void readersUnderATinyBudgetAllGetTheRightBytesWhileObjectsChange() throws Exception {
    try (World world = new World(directory, settings(200 << 10, 40 * FormSpool.FORM_HEAP))) {
      for (int i = 0; i < 60; i++) {
        world.pod("ns", "p" + i, "n", "x".repeat(50 + i * 300) + i);
      }
      world.sync();
      Backwards other = new Backwards();
      FormBasesTest.Framed framed = new FormBasesTest.Framed(kind);
      List<Thread> threads = new ArrayList<>();
      List<Throwable> faults = java.util.Collections.synchronizedList(new ArrayList<>());
      for (int t = 0; t < 6; t++) {
        int seed = t;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        java.util.Random random = new java.util.Random(seed);
                        for (int round = 0; round < 60; round++) {
                          FormReader reader = new FormReader(world.cache);
                          Entry entry = world.pods().get("ns/p" + random.nextInt(60));
                          FormKind wanted = List.of(kind, other, framed).get(random.nextInt(3));
                          EntryCursor ahead =
                              random.nextBoolean()
                                  ? world.pods().snapshot().entries("", entry.key())
                                  : null;
                          byte[] backwards = backwards(world, entry);
                          assertThat(read(reader, wanted, entry, 0, ahead))
                              .isEqualTo(
                                  wanted == framed
                                      ? FormBasesTest.Framed.of(backwards)
                                      : backwards);
                        }
                      } catch (Throwable e) {
                        faults.add(e);
                      }
                    }));
      }
      for (int i = 0; i < 60; i++) {
        world.pod("ns", "p" + i, "n", "y".repeat(50 + i * 100) + i);
        if (i % 20 == 19) {
          world.sync();
          world.store.compact(world.store.currentRevision());
        }
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(faults).isEmpty();
      CacheStats.Forms stats = world.cache.stats().forms();
      assertThat(stats.bytes()).isLessThanOrEqualTo(200 << 10);
      assertThat(stats.count()).isLessThanOrEqualTo(40);
      assertThat(stats.evictedFiles()).isPositive();
    }
  }

  @Test
  void whereNoFileCanBeBegunAnOlderOneIsGivenUp() throws Exception {
    FaultyFiles files = new FaultyFiles();
    FormSpool spool = new FormSpool(Threads.JVM, directory, files, settings(64 << 10, 1 << 20));
    byte[] form = new byte[48 << 10];
    spool.add(1, kind, 0, FormKind.Made.plain(form));
    files.descriptors = 1;
    spool.add(2, kind, 0, FormKind.Made.plain(form));
    assertThat(spool.find(1, kind, 0)).isNull();
    assertThat(spool.find(2, kind, 0)).isNotNull();
    files.descriptors = 0;
    assertThatThrownBy(() -> spool.add(3, kind, 0, FormKind.Made.plain(form)))
        .hasMessageContaining("too many open files");
    files.descriptors = 1;
    spool.add(4, kind, 0, FormKind.Made.plain(form));
    assertThat(spool.find(4, kind, 0)).isNotNull();
    spool.close();
    assertThat(files.open).hasValue(0);
  }

  /**
   * Small forms fill files by their number, and files of which much is dead do not count as full.
   */
  @Test
  void thereAreNeverMoreFilesThanDescriptorsForThem() throws Exception {
    int forms = 1600;
    CacheSettings settings = settings(64 << 20, forms * FormSpool.FORM_HEAP);
    FaultyFiles files = new FaultyFiles();
    FormSpool spool = new FormSpool(Threads.JVM, directory, files, settings);
    for (int place = 1; place <= 20 * forms; place++) {
      spool.add(place, kind, 0, FormKind.Made.plain(new byte[10]));
      if (place % 3 != 0) {
        spool.forget(place);
      }
    }
    assertThat(files.mostOpen.get())
        .isBetween(CacheSettings.FORM_FILES, settings.formFiles())
        .isLessThan(settings.descriptors());
    spool.close();
  }

  @Test
  void theDescriptorsAreThoseOfFullBudgets() throws Exception {
    CacheSettings few = CacheSettings.defaults().withDescriptors(64);
    assertThat(few.descriptors()).isLessThanOrEqualTo(64);
    FaultyFiles files = new FaultyFiles();
    CacheSettings small = settings(8 << 20, 1 << 20);
    FormSpool spool = new FormSpool(Threads.JVM, directory, files, small);
    // Three of these do not fit in a file together, so that a third of it stays empty.
    byte[] form = new byte[small.formFileBytes() / 3 + 1];
    for (int place = 1; place <= 200; place++) {
      spool.add(place, kind, 0, FormKind.Made.plain(form));
    }
    assertThat(files.mostOpen.get()).isBetween(CacheSettings.FORM_FILES, small.formFiles());
    spool.close();
  }

  @Test
  void closingClosesTheFiles() throws Exception {
    World world = new World(directory, World.small());
    try (world) {
      world.pod("ns", "a", "n", "x");
      world.sync();
      read(world, kind, world.pods().get("ns/a"), 0);
    }
    try (var files = java.nio.file.Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }
}
