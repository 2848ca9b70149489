package dev.rheo.store;

import dev.rheo.store.StorageFormat.HeadFigures;
import dev.rheo.store.StorageFormat.Meta;
import dev.rheo.store.StoreException.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;

/**
 * A durable store on RocksDB, opened by one process at a time. An acknowledged commit is synced to
 * disk. After a crash the store holds every acknowledged commit and perhaps unacknowledged ones,
 * each as a whole.
 *
 * <p>The store owns a directory: see {@link StoreDirectory} for its contents and {@link
 * StorageFormat} for the encoding of revisions in RocksDB.
 *
 * <p>While the disk is full, commits fail with a {@link StoreException} that says so; reads and
 * watches go on, and commits succeed again when there is space. Opening verifies all data files and
 * refuses a damaged store; after damage is met later, commits are refused. {@link #health} reports
 * both.
 *
 * <p>Native memory is bounded by {@link RocksSettings#nativeMemory}, except for a group of commits
 * that is larger than a write buffer. The heap holds {@link RocksSettings#tail}, the pages of open
 * ranges and the queued commits. No native object outlives a call, so an unclosed range delays
 * pruning, but neither it nor an unclosed watch leaks native memory.
 *
 * <p>Thread-safe.
 */
public final class RocksRevisionStore implements RevisionStore, SampledHistory {
  private static final System.Logger LOGGER = System.getLogger(RocksRevisionStore.class.getName());

  static final long FIRST_REVISION = 1;

  /** The number of threads that block on the disk in place of virtual threads. */
  private static final int READERS = 4;

  /** The most virtual threads that wait for one of these threads. */
  private static final int MAX_WAITING = 4096;

  /** How long the head may be behind the last commit. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final StoreDirectory directory;
  private final PlatformPool threads = new PlatformPool("rheo-store-read", READERS, MAX_WAITING);
  private final HealthState health;
  private final EngineGuard gate;
  private final Head head;
  private final Tail tail;
  private final Committer committer;
  private final Pruner pruner;
  private final ExpiryIndex expiry;
  private final FileRecorder recorder;
  private final AtomicBoolean measuring = new AtomicBoolean();
  private volatile long diskBytes;
  private final Object compacting = new Object();

  private RocksRevisionStore(
      StoreDirectory directory,
      Engine engine,
      Recovered recovered,
      RocksSettings settings,
      HealthState health,
      FileRecorder recorder,
      InstantSource clock) {
    this.directory = directory;
    this.recorder = recorder;
    this.health = health;
    this.gate = new EngineGuard(engine, threads, health);
    this.head = new Head(recovered.figures().revision(), recovered.compacted());
    this.tail = new Tail(settings.tail());
    Committer.Repair repair =
        new FaultRepair(directory, settings, gate, head, tail, health, recorder);
    FirstExpiry firstExpiry = new FirstExpiry();
    this.committer =
        new Committer(
            gate,
            head,
            tail,
            recovered.figures(),
            settings.group(),
            repair,
            health,
            clock,
            firstExpiry);
    this.expiry = new ExpiryIndex(gate, committer, firstExpiry, clock);
    this.pruner = new Pruner(gate, head, recovered.pruned());
    this.diskBytes = directory.bytes();
  }

  /**
   * Opens the store in a directory, or creates one if the directory is empty or does not exist.
   *
   * @throws StoreException if the store is open already, if the directory is not a store's, or if
   *     the data is damaged. The directory is then unchanged, except where only the open database
   *     shows the damage, such as a missing blob file.
   */
  public static RocksRevisionStore open(Path directory, RocksSettings settings)
      throws StoreException {
    return open(directory, settings, InstantSource.system());
  }

  /**
   * Opens a store as {@link #open(Path, RocksSettings)} does.
   *
   * @param clock tells when the time to live of a value is over
   */
  public static RocksRevisionStore open(Path directory, RocksSettings settings, InstantSource clock)
      throws StoreException {
    NativeLibrary.load();
    StoreDirectory held = StoreDirectory.open(directory, (data, id) -> create(data, id, settings));
    boolean opened = false;
    try {
      RocksRevisionStore store = open(held, settings, clock);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        held.abandon();
      }
    }
  }

  private static RocksRevisionStore open(
      StoreDirectory held, RocksSettings settings, InstantSource clock) throws StoreException {
    HealthState health = new HealthState();
    Engine.Opening reading = () -> openEngine(held.data(), settings, Engine.Mode.READ, health);
    FileCheck.run(held.data(), reading);
    held.checkLogs(reading);
    Engine engine = openEngine(held.data(), settings, Engine.Mode.WRITE, health);
    boolean opened = false;
    try {
      FileCheck.requireBlobs(held.data(), engine);
      Recovered recovered = recovered(held, engine);
      FileRecorder recorder = held.recorder();
      RocksRevisionStore store =
          new RocksRevisionStore(held, engine, recovered, settings, health, recorder, clock);
      engine.recordIn(recorder);
      store.committer.start();
      store.pruner.start();
      opened = true;
      return store;
    } catch (RocksDBException e) {
      throw cannotOpen(held.data(), e);
    } finally {
      if (!opened) {
        engine.close();
      }
    }
  }

  static Recovered recovered(StoreDirectory held, Engine engine)
      throws RocksDBException, StoreException {
    try {
      return Recovered.from(engine, held.id());
    } catch (StoreException e) {
      throw e.as("the store in %s cannot be opened: %s".formatted(held.data(), e.getMessage()));
    }
  }

  static Engine openEngine(Path data, RocksSettings settings, Engine.Mode mode, HealthState health)
      throws StoreException {
    WALRecoveryMode recovery =
        LogCheck.endsIncomplete(data)
            ? WALRecoveryMode.PointInTimeRecovery
            : WALRecoveryMode.TolerateCorruptedTailRecords;
    try {
      return new Engine(data, settings, mode, recovery, health);
    } catch (RocksDBException e) {
      throw cannotOpen(data, e);
    }
  }

  private static StoreException cannotOpen(Path data, RocksDBException e) {
    String what = "the store in %s cannot be opened".formatted(data);
    return Engine.failure(Fault.UNWRITABLE, what, e, false);
  }

  private static void create(Path data, String id, RocksSettings settings) throws StoreException {
    try (Engine engine =
            new Engine(
                data,
                settings,
                Engine.Mode.CREATE,
                WALRecoveryMode.TolerateCorruptedTailRecords,
                new HealthState());
        WriteBatch batch = new WriteBatch()) {
      batch.put(engine.meta, Meta.FORMAT, StorageFormat.number(StorageFormat.FORMAT));
      batch.put(engine.meta, Meta.ID, id.getBytes(StandardCharsets.US_ASCII));
      batch.put(engine.meta, Meta.HEAD, new HeadFigures(FIRST_REVISION, 0, 0).encode());
      engine.write(batch);
    } catch (RocksDBException e) {
      String what = "no store can be made in %s".formatted(data.getParent());
      throw Engine.failure(Fault.UNWRITABLE, what, e, false);
    }
  }

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    List<Op> ops = List.copyOf(operations);
    Keys.validate(ops);
    return committer.commit(ops);
  }

  @Override
  public @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    byte[] encoded = Keys.encode(key);
    long pinned = head.pin(revision);
    try {
      return gate.read(
              "get", (engine, options) -> EngineReads.get(engine, options, key, encoded, pinned))
          .orElse(null);
    } finally {
      head.unpin(pinned);
    }
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    KeyRange range = new KeyRange(start, end);
    return new RocksRange(gate, head, range, head.pin(revision));
  }

  /**
   * All that the store holds now. Until it is closed it keeps what it reads, as an open range does.
   */
  public StoreSnapshot snapshot() throws StoreException {
    head.checkOpen();
    expiry.hold();
    boolean pinned = false;
    try {
      HeadFigures figures = pinFigures();
      pinned = true;
      return new RocksSnapshot(gate, head, figures, history(), expiry::release, () -> {});
    } finally {
      if (!pinned) {
        expiry.release();
      }
    }
  }

  /** Pins the revision of the last commit, and returns the figures as of it. */
  private HeadFigures pinFigures() throws StoreException {
    while (true) {
      HeadFigures figures = committer.figures();
      try {
        // The figures are a moment ahead of the head.
        if (head.await(figures.revision(), PATIENCE.toNanos(), () -> false) > 0) {
          head.pin(figures.revision());
          return figures;
        }
        head.checkOpen();
      } catch (CompactedException | FutureRevisionException e) {
        LOGGER.log(System.Logger.Level.DEBUG, "overtaken by a compaction", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreException("interrupted", e);
      }
    }
  }

  @Override
  public WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException {
    return new LogWatch(head, this::readLog, new KeyRange(start, end), fromRevision);
  }

  private Batch readLog(KeyRange range, long asked) throws CompactedException, StoreException {
    long to = head.current();
    if (to == FIRST_REVISION) {
      return new Batch(List.of(), to);
    }
    // The first revision is that of the empty store, which has no changes.
    long from = Math.max(asked, FIRST_REVISION + 1);
    Batch recent = tail.read(range, from, to);
    if (recent != null) {
      return recent;
    }
    long pinned;
    try {
      // A pin keeps the changes above its revision.
      pinned = head.pin(from - 1);
    } catch (FutureRevisionException e) {
      throw new IllegalStateException(e);
    }
    try {
      return gate.call("watch", engine -> EngineReads.log(engine, range, from, to));
    } finally {
      head.unpin(pinned);
    }
  }

  @Override
  public String history() {
    return directory.id();
  }

  @Override
  public long currentRevision() throws StoreException {
    head.checkOpen();
    return head.current();
  }

  @Override
  public long compactedRevision() {
    return head.compacted();
  }

  @Override
  public void compact(long revision) throws FutureRevisionException, StoreException {
    head.checkOpen();
    synchronized (compacting) {
      if (revision > head.current()) {
        throw new FutureRevisionException(revision, head.current());
      }
      if (revision > head.compacted()) {
        // Persisted first, so that no restart allows reads that pruning has affected.
        gate.call(
            "compact",
            engine -> {
              try (WriteBatch batch = new WriteBatch()) {
                batch.put(engine.meta, Meta.COMPACTED, StorageFormat.number(revision));
                engine.write(batch);
                return revision;
              }
            });
      }
      head.compact(revision);
    }
  }

  @Override
  public boolean expire(int most) throws StoreException {
    return expiry.expire(most);
  }

  @Override
  public void sample(long epochMillis) throws StoreException {
    HeadFigures figures = committer.figures();
    gate.call(
        "sample",
        engine -> {
          Samples.add(engine, epochMillis, figures);
          return figures;
        });
  }

  @Override
  public List<Sample> samples() throws StoreException {
    return gate.call("samples", Samples::all);
  }

  @Override
  public void dropSamples(long belowRevision) throws StoreException {
    gate.call(
        "samples",
        engine -> {
          Samples.drop(engine, belowRevision);
          return belowRevision;
        });
  }

  @Override
  public StoreHealth health() {
    return health.get();
  }

  @Override
  public Stats stats() {
    long memory;
    try {
      memory = gate.onTheSpot(Engine::memoryBytes);
    } catch (StoreException closed) {
      memory = 0;
    }
    return new Stats(
        committer.figures().keys(),
        diskBytes(),
        memory,
        committer.commits(),
        committer.syncs(),
        threads.waiting(),
        tail.bytes(),
        committer.queuedBytes(),
        head.pinned(),
        pruner.pruned(),
        pruner.changes(),
        expiry.expired());
  }

  /**
   * Returns the last measured size to a virtual thread and measures again in the background: file
   * access would block its carrier, and metrics must not wait for a disk that hangs.
   */
  private long diskBytes() {
    if (!Thread.currentThread().isVirtual()) {
      diskBytes = directory.bytes();
    } else if (measuring.compareAndSet(false, true)) {
      try {
        threads.submit(
            () -> {
              try {
                diskBytes = directory.bytes();
              } finally {
                measuring.set(false);
              }
            });
      } catch (RejectedExecutionException closed) {
        measuring.set(false);
      }
    }
    return diskBytes;
  }

  /**
   * Forgets the logs that the store does not need any more. Otherwise the next start, missing them,
   * would open the store once more to find out whether it needs them.
   */
  private void forgetLogs() {
    try {
      gate.call(
          "close",
          engine -> {
            recorder.closing(engine);
            return recorder;
          });
    } catch (StoreException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "the logs in use are unknown", e);
    }
  }

  /** Ends waiting watches, finishes the accepted commits and closes the files. */
  @Override
  public void close() {
    if (!head.close()) {
      return;
    }
    committer.close();
    pruner.close();
    forgetLogs();
    gate.close(StoreException.closed("store"));
    threads.close();
    recorder.close();
    directory.close();
  }
}
