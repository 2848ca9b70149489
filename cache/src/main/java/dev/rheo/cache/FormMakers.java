package dev.rheo.cache;

import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.RevisionSplice;
import dev.rheo.store.PlatformPool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes derived forms on demand, each once: who asks for one that is being made waits for it. A few
 * threads make them, an object each at a time, so that what they hold is a few objects, whoever
 * asks. A list that asks for one will ask for its successors: they are made along with it.
 */
final class FormMakers implements AutoCloseable {
  /** JSON that is made into forms before the one who asked for the first is told. */
  private static final int BATCH = 256 << 10;

  /** JSON that is made into forms ahead of the one who asked for the first. */
  private static final int AHEAD = 2 << 20;

  /** Objects that one task looks at. */
  private static final int LOOK = 1024;

  private final WatchCache cache;
  private final FormSpool spool;
  private final PlatformPool pool;
  private final FormBounds bounds;

  /** What is being made, or is to be. Guarded by itself, with what it holds. */
  private final Map<Job, Making> jobs = new HashMap<>();

  final LongAdder made = new LongAdder();
  final LongAdder madeBytes = new LongAdder();
  final LongAdder nanos = new LongAdder();
  final LongAdder failures = new LongAdder();

  private record Job(long place, FormKind kind, long revision) {
    static Job of(Entry entry, FormKind kind, long revision) {
      return new Job(Place.of(entry), kind, revision);
    }
  }

  private static final class Making {
    final Set<Consumer<@Nullable Throwable>> waiting = new LinkedHashSet<>(2);

    /** Null if it is made along with another one, or not handed over yet. */
    PlatformPool.@Nullable Task task;
  }

  FormMakers(WatchCache cache, FormSpool spool, int threads, FormBounds bounds) {
    this.bounds = bounds;
    this.cache = cache;
    this.spool = spool;
    this.pool = new PlatformPool("rheo-form-maker", threads, Integer.MAX_VALUE);
  }

  /**
   * Sees to it that a form is made.
   *
   * @param revision what it is to tell instead of the entry's own; 0 for its own
   * @param ahead what will be asked for next, or null; not used by anybody else
   * @param done run once, with the failure if there was one; perhaps before this returns
   * @return takes it back, if nobody else waits for it and it is not begun
   */
  Loaders.Pending make(
      FormKind kind,
      Entry entry,
      long revision,
      @Nullable EntryCursor ahead,
      Consumer<@Nullable Throwable> done) {
    Job job = Job.of(entry, kind, revision);
    Making making;
    synchronized (jobs) {
      Making begun = jobs.get(job);
      making = begun == null ? new Making() : begun;
      making.waiting.add(done);
      if (begun != null) {
        return () -> takeBack(job, begun, done);
      }
      jobs.put(job, making);
    }
    try {
      PlatformPool.Task task =
          pool.submit(
              () -> {
                try {
                  run(job, entry, ahead);
                } catch (RuntimeException | Error e) {
                  // Nobody is to wait for what will not come.
                  finish(job, e);
                  throw e;
                }
              });
      synchronized (jobs) {
        making.task = task;
      }
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      finish(job, e);
    }
    return () -> takeBack(job, making, done);
  }

  private void takeBack(Job job, Making making, Consumer<@Nullable Throwable> done) {
    synchronized (jobs) {
      PlatformPool.Task task = making.task;
      if (jobs.get(job) == making
          && making.waiting.remove(done)
          && making.waiting.isEmpty()
          && task != null
          && task.cancel()) {
        jobs.remove(job);
      }
    }
  }

  private void run(Job job, Entry entry, @Nullable EntryCursor ahead) {
    Throwable failure = makeOne(job, entry);
    boolean told = failure != null || ahead == null || entry.length() >= BATCH;
    if (told) {
      finish(job, failure);
    }
    long bytes = entry.length();
    for (int looked = 0; ahead != null && failure == null && looked < LOOK; looked++) {
      if (!told && bytes >= BATCH) {
        told = true;
        finish(job, null);
      }
      boolean othersWait = told && pool.waiting() > 0;
      Entry next = bytes < AHEAD && !othersWait ? ahead.next() : null;
      if (next == null) {
        break;
      }
      Job another = Job.of(next, job.kind, 0);
      if (spool.find(another.place, job.kind, 0) == null && claim(another)) {
        finish(another, makeOne(another, next));
        bytes += next.length();
      }
    }
    if (!told) {
      finish(job, null);
    }
  }

  private boolean claim(Job job) {
    synchronized (jobs) {
      return jobs.putIfAbsent(job, new Making()) == null;
    }
  }

  private void finish(Job job, @Nullable Throwable failure) {
    Making making;
    synchronized (jobs) {
      making = jobs.remove(job);
    }
    if (making == null) {
      return;
    }
    // Out of the map nobody joins or leaves it.
    for (Consumer<@Nullable Throwable> done : making.waiting) {
      try {
        done.accept(failure);
      } catch (RuntimeException e) {
        System.getLogger(FormMakers.class.getName())
            .log(Level.ERROR, "Somebody who waited for a form failed", e);
      }
    }
  }

  private @Nullable Throwable makeOne(Job job, Entry entry) {
    if (spool.find(job.place, job.kind, job.revision) != null) {
      return null;
    }
    long start = System.nanoTime();
    try {
      FormKind.Made form =
          bounds.within(
              () -> {
                // The object, and its bytes once more where its revision is another.
                Meter.charge((job.revision == 0 ? 1L : 2L) * entry.length());
                return job.kind.make(source(entry, job.revision));
              });
      spool.add(job.place, job.kind, job.revision, form);
      made.increment();
      madeBytes.add(form.bytes().length);
      return null;
    } catch (IOException | RuntimeException | Error e) {
      failures.increment();
      System.getLogger(FormMakers.class.getName())
          .log(
              Level.ERROR,
              "Cannot make the form %s of %s: %s".formatted(job.kind, entry, e),
              // A full disk explains itself; a fault of the code needs its trace.
              e instanceof IOException ? null : e);
      return e;
    } finally {
      nanos.add(System.nanoTime() - start);
    }
  }

  private FormKind.Source source(Entry entry, long revision) throws IOException {
    byte[] json = new byte[entry.length()];
    try {
      Window.readFully(entry.segment, entry.offset, ByteBuffer.wrap(json), cache.loaders());
    } catch (IOException e) {
      cache.spoolFailed(entry.segment, e);
      throw e;
    }
    int metadataEnd = entry.metadataEnd();
    if (revision != 0) {
      byte[] spliced =
          RevisionSplice.splice(json, entry.revisionOffset(), entry.revisionLength(), revision);
      metadataEnd += spliced.length - json.length;
      json = spliced;
    }
    return new FormKind.Source(json, entry.metadataOffset(), metadataEnd);
  }

  /** Forms that somebody waits for or that are being made ahead. */
  int pending() {
    synchronized (jobs) {
      return jobs.size();
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
