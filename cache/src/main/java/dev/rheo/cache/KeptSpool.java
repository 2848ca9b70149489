package dev.rheo.cache;

import dev.rheo.store.RevisionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier process left in the spool, until a generation is built, and which segments stay
 * when it is.
 */
final class KeptSpool {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  private final RevisionStore store;
  private final Spool spool;
  private final Applier applier;
  private final ReentrantLock lock;
  private final String form;

  private @Nullable KeptRecords records;
  private KeptHistory.Left history = KeptHistory.Left.NOTHING;

  /** The segments of the generation before. */
  private List<Segment> before = List.of();

  /**
   * @param form as in {@link CacheSettings}
   */
  KeptSpool(RevisionStore store, Spool spool, Applier applier, ReentrantLock lock, String form) {
    this.store = store;
    this.spool = spool;
    this.applier = applier;
    this.lock = lock;
    this.form = form;
  }

  /**
   * Opens the spool.
   *
   * @param resources those with which the cache begins
   */
  void open(List<Resource> resources) throws IOException {
    Spool.Left left = spool.open(mark(resources));
    records = left.segments().isEmpty() ? null : new KeptRecords(left.segments());
    history = left.history();
  }

  /** Files survive a process, but a machine that lost power may have written them in part. */
  private String mark(List<Resource> resources) {
    if (form.isEmpty()) {
      return "";
    }
    String[] prefixes =
        resources.stream().map(one -> one.resource().keyPrefix()).sorted().toArray(String[]::new);
    try {
      return "%s\n%s\n%s\n%x %x\n"
          .formatted(
              form,
              store.history(),
              Files.readString(BOOT).strip(),
              SpoolRecord.MAGIC,
              Arrays.hashCode(prefixes));
    } catch (IOException e) {
      return "";
    }
  }

  /** The records, or null if there are none. */
  @Nullable KeptRecords records() {
    return records;
  }

  /** The history that goes with the records. */
  KeptHistory.Left history() {
    return history;
  }

  /** Begins a build with a segment of its own. Called under the lock. */
  void begin() {
    applier.reset();
    before = spool.segments().stream().filter(segment -> !isKept(segment)).toList();
    spool.history().restart();
  }

  private boolean isKept(Segment segment) {
    KeptRecords now = records;
    return now != null && now.segments().contains(segment);
  }

  /** Unlinks what the generation that was built does not need. Called under the lock. */
  void succeeded(Generation generation) {
    spool.history().begin(generation.floor, generation.applied, spool.segments());
    before.forEach(spool::unlink);
    KeptRecords used = records;
    records = null;
    if (used != null) {
      used.unused().forEach(spool::unlink);
    }
  }

  /** Unlinks the segments of a build that did not complete. */
  void failed() {
    lock.lock();
    try {
      applier.reset();
      for (Segment segment : List.copyOf(spool.segments())) {
        if (!before.contains(segment) && !isKept(segment)) {
          spool.unlink(segment);
        }
      }
      KeptRecords unused = records;
      if (unused != null) {
        unused.release();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Unlinks what an earlier process left. */
  void forget() {
    lock.lock();
    try {
      KeptRecords forgotten = records;
      records = null;
      if (forgotten != null) {
        forgotten.segments().forEach(spool::unlink);
      }
    } finally {
      lock.unlock();
    }
  }
}
