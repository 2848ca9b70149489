package dev.rheo.cache;

import dev.rheo.api.status.ApiException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.RevisionSplice;
import dev.rheo.store.PlatformPool;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes derived forms on demand, each once: a request for a form that is being made waits for that
 * one. A few threads make them, each for one object at a time, so that their memory does not grow
 * with the number of requests. A list that asks for one form will ask for its successors, so these
 * are made ahead.
 *
 * <p>The base of a form is made before it, by the same task. If another task is making the base, or
 * is queued to, the form is queued again after that; no thread waits for another. Forms that come
 * from somebody outside are made several at once, in the {@linkplain FormLane lane} of their kind.
 */
final class FormMakers implements AutoCloseable {
  /** Bytes of JSON made into forms before the requester of the first one is told. */
  private static final int BATCH = 256 << 10;

  /** Bytes of JSON, those of the first form included, after which a task makes no more ahead. */
  private static final int AHEAD = 2 << 20;

  /** Most entries that one task examines. */
  private static final int LOOK = 1024;

  /** Failures of forms that are made alone after which no more are tried. */
  private static final int ALONE_FAILURES = 8;

  /** The time after which one more failure suffices. */
  private static final long ALONE_NANOS = 1_000_000_000L;

  private final WatchCache cache;
  private final FormSpool spool;
  private final PlatformPool pool;
  private final FormBounds bounds;

  /** Forms that are queued or being made. Guarded by itself, together with its values. */
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

    /** Null if another form's task makes it ahead, or if it is not submitted yet. */
    PlatformPool.@Nullable Task task;
  }

  FormMakers(WatchCache cache, FormSpool spool, int makers, FormBounds bounds) {
    this.bounds = bounds;
    this.cache = cache;
    this.spool = spool;
    this.pool = cache.threads().pool("rheo-form-maker", makers, Integer.MAX_VALUE);
  }

  /**
   * Requests a form.
   *
   * @param revision the revision that the form carries instead of the entry's own; 0 for its own
   * @param ahead the entries that will be asked for next, or null; the caller must not use it again
   * @param done run once unless cancelled, with the failure if there was one; perhaps before this
   *     returns
   * @return withdraws {@code done}, and cancels the making if nobody else waits for it and it has
   *     not begun
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
    submit(job, making, entry, ahead);
    return () -> takeBack(job, making, done);
  }

  private PlatformPool pool(FormKind kind) {
    FormLane lane = kind.lane();
    return lane == null ? pool : lane.pool();
  }

  private void submit(Job job, Making making, Entry entry, @Nullable EntryCursor ahead) {
    try {
      PlatformPool.Task task =
          pool(job.kind)
              .submit(
                  () -> {
                    try {
                      run(job, making, entry, ahead);
                    } catch (RuntimeException | Error e) {
                      // The form will not come, so nobody must wait for it.
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

  private void run(Job job, Making making, Entry entry, @Nullable EntryCursor ahead) {
    if (job.kind.lane() != null) {
      runOutside(job, entry, ahead);
      return;
    }
    if (!prepare(job, making, entry, ahead)) {
      return;
    }
    Throwable failure = makeOne(job, entry);
    if (failure instanceof BaseGoneException) {
      submit(job, making, entry, ahead);
      return;
    }
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
      if (lacksOutside(another)) {
        // Its base comes with those of the entries that follow when the reader asks for it.
        break;
      }
      Making claimed = isMade(another) ? null : claim(another);
      if (claimed != null) {
        if (prepare(another, claimed, next, null)) {
          Throwable failed = makeOne(another, next);
          if (failed instanceof BaseGoneException) {
            submit(another, claimed, next, null);
          } else {
            finish(another, failed);
          }
        }
        bytes += next.length();
      }
    }
    if (!told) {
      finish(job, null);
    }
  }

  /** The base of a form was evicted, and only somebody outside can make it again. */
  private static final class BaseGoneException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** Makes a form and those that will be asked for next, with one question to who is outside. */
  private void runOutside(Job job, Entry entry, @Nullable EntryCursor ahead) {
    if (isMade(job)) {
      finish(job, null);
      return;
    }
    List<Job> batch = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    batch.add(job);
    entries.add(entry);
    Throwable failure = null;
    try {
      long bytes = entry.length();
      for (int looked = 0;
          ahead != null && bytes < FormLane.BATCH && batch.size() < FormLane.MOST && looked < LOOK;
          looked++) {
        Entry next = ahead.next();
        if (next == null) {
          break;
        }
        Job another = Job.of(next, job.kind, 0);
        if (!isMade(another) && claim(another) != null) {
          batch.add(another);
          entries.add(next);
          bytes += next.length();
        }
      }
      failure = makeOutside(batch, entries);
      if (failure != null && batch.size() > 1) {
        failure = makeAlone(batch, entries, failure);
      }
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    } finally {
      for (Job claimed : batch) {
        finish(claimed, failure);
      }
    }
  }

  /**
   * Makes forms one by one, as one object must not keep the others from their readers. Gives up if
   * it looks as if nothing can be made: soon, as who is outside may let each question wait.
   *
   * @return the last failure, for the forms that were not tried
   */
  private Throwable makeAlone(List<Job> batch, List<Entry> entries, Throwable failure) {
    Throwable last = failure;
    long start = cache.threads().nanoTime();
    for (int i = 0, failed = 0; i < batch.size() && failed < ALONE_FAILURES; i++) {
      Throwable alone = makeOutside(batch.subList(i, i + 1), entries.subList(i, i + 1));
      finish(batch.get(i), alone);
      if (alone != null) {
        last = alone;
        failed = cache.threads().nanoTime() - start > ALONE_NANOS ? ALONE_FAILURES : failed + 1;
      }
    }
    return last;
  }

  private @Nullable Throwable makeOutside(List<Job> batch, List<Entry> entries) {
    FormKind kind = batch.getFirst().kind;
    if (kind.isReleased()) {
      return new NotCachedException("forms of " + kind);
    }
    long start = cache.threads().nanoTime();
    try {
      bounds.within(
          kind,
          () -> {
            List<FormKind.Source> sources = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
              sources.add(object(entries.get(i), batch.get(i).revision));
            }
            List<FormKind.Made> forms = kind.makeAll(sources);
            cache
                .loaders()
                .call(
                    () -> {
                      for (int i = 0; i < batch.size(); i++) {
                        keep(batch.get(i), forms.get(i));
                      }
                      return true;
                    });
          });
      return null;
    } catch (NotCachedException released) {
      return released;
    } catch (ApiException refused) {
      // Whoever asked is told: it is no fault of this server.
      failures.increment();
      return refused;
    } catch (IOException | RuntimeException | Error e) {
      return failed(kind, entries.getFirst(), e);
    } finally {
      nanos.add(cache.threads().nanoTime() - start);
    }
  }

  private void keep(Job job, FormKind.Made form) throws IOException {
    spool.add(job.place, job.kind, job.revision, form);
    made.increment();
    madeBytes.add(form.bytes().length);
  }

  /**
   * Makes the base of a form if there is one and it is missing.
   *
   * @return false if the form must not be made now: its base is being made by another task, after
   *     which this job is queued again, or it could not be made, and this job is finished
   */
  private boolean prepare(Job job, Making making, Entry entry, @Nullable EntryCursor ahead) {
    FormKind base = job.kind.base();
    if (base == null || isMade(job)) {
      return true;
    }
    Job first = new Job(job.place, base, job.revision);
    if (isMade(first)) {
      return true;
    }
    boolean outside = base.lane() != null;
    if (outside || claim(first) == null) {
      make(
          base,
          entry,
          job.revision,
          outside ? ahead : null,
          failed -> {
            if (failed == null) {
              submit(job, making, entry, outside ? null : ahead);
            } else {
              finish(job, failed);
            }
          });
      return false;
    }
    Throwable failed = makeOne(first, entry);
    finish(first, failed);
    if (failed != null) {
      finish(job, failed);
    }
    return failed == null;
  }

  private boolean isMade(Job job) {
    return spool.find(job.place, job.kind, job.revision) != null;
  }

  /** Whether a form cannot be made before somebody outside has made its base. */
  private boolean lacksOutside(Job job) {
    FormKind base = job.kind.base();
    return base != null
        && base.lane() != null
        && !isMade(new Job(job.place, base, job.revision))
        && !isMade(job);
  }

  /** Returns null if the form is already queued or being made. */
  private @Nullable Making claim(Job job) {
    Making claimed = new Making();
    synchronized (jobs) {
      return jobs.putIfAbsent(job, claimed) == null ? claimed : null;
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
    // Once the job is out of the map, its waiters no longer change.
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
    if (isMade(job)) {
      return null;
    }
    if (job.kind.isReleased()) {
      return new NotCachedException("forms of " + job.kind);
    }
    long start = cache.threads().nanoTime();
    try {
      bounds.within(job.kind, () -> keep(job, job.kind.make(source(job, entry))));
      return null;
    } catch (NotCachedException | BaseGoneException gone) {
      return gone;
    } catch (IOException | RuntimeException | Error e) {
      return failed(job.kind, entry, e);
    } finally {
      nanos.add(cache.threads().nanoTime() - start);
    }
  }

  private Throwable failed(FormKind kind, Entry entry, Throwable e) {
    failures.increment();
    System.getLogger(FormMakers.class.getName())
        .log(
            Level.ERROR,
            "Cannot make the form %s of %s: %s".formatted(kind, entry, e),
            // A full disk explains itself; a bug needs its stack trace.
            e instanceof IOException ? null : e);
    return e;
  }

  private FormKind.Source source(Job job, Entry entry) throws IOException {
    FormKind base = job.kind.base();
    if (base == null) {
      return object(entry, job.revision);
    }
    byte[] bytes = read(spool.find(job.place, base, job.revision));
    if (bytes == null && base.lane() != null) {
      throw new BaseGoneException();
    }
    if (bytes == null) {
      // The base was evicted after it was made.
      bytes = base.make(object(entry, job.revision)).bytes();
    }
    return new FormKind.Source(bytes, 0, bytes.length);
  }

  /** Returns null if the form is not there any more. */
  private byte @Nullable [] read(@Nullable Form form) {
    if (form == null) {
      return null;
    }
    Meter.charge(form.length());
    byte[] bytes = new byte[form.length()];
    try {
      ReadAheadBuffer.readFully(form.file, form.offset, ByteBuffer.wrap(bytes), cache.loaders());
      return bytes;
    } catch (IOException e) {
      spool.failed(form.file, e);
      return null;
    }
  }

  private FormKind.Source object(Entry entry, long revision) throws IOException {
    // The object's bytes, and a copy of them if the revision is replaced.
    Meter.charge((revision == 0 ? 1L : 2L) * entry.length());
    byte[] json = new byte[entry.length()];
    try {
      ReadAheadBuffer.readFully(
          entry.segment, entry.offset, ByteBuffer.wrap(json), cache.loaders());
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

  /** Forms that are queued or being made, including those made ahead. */
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
