package dev.rheo.store.etcd;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.Keys;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A store on an etcd cluster, which any number of servers share, kube-apiserver among them.
 *
 * <p>Revisions are etcd's own. A commit is a transaction on the keys' modification revisions; reads
 * are linearizable; a time to live is a lease. etcd 3.5.13 or later, or 3.4.31 or later, is needed:
 * those before may tell that a watch is further than it is (etcd#15220).
 *
 * <p>What etcd cannot do: keep a revision readable for a range that is open while it is compacted.
 * The range then fails, and its reader begins again.
 */
public final class EtcdRevisionStore implements RevisionStore {
  /** How long a consistent read waits for etcd, as with kube-apiserver. */
  private static final Duration CONSISTENT = Duration.ofSeconds(3);

  /**
   * Etcd tells a watch that is behind 1,000 revisions each 100 ms, and reads all that are left each
   * time: in long histories it takes gigabytes for that.
   */
  private static final long REPLAY = 20_000;

  private static final System.Logger LOG = System.getLogger(EtcdRevisionStore.class.getName());
  private static final String WENT_BACK = "its history went back";

  private final EtcdConnection connection;
  private final Duration patience;
  private final EtcdKeys keys;
  private final Leases leases;
  private final SharedAnswer<Long> current =
      new SharedAnswer<>(() -> ask(0), Thread::startVirtualThread);
  private final Set<EtcdWatch> watches = ConcurrentHashMap.newKeySet();
  private final AtomicLong compacted = new AtomicLong();
  private final Progress progress = new Progress(this::wentBack);
  private final LongAdder commits = new LongAdder();
  private volatile String history = "";
  private volatile long databaseBytes;
  private volatile boolean streamsRanges;

  private EtcdRevisionStore(EtcdSettings settings, EtcdCalls calls) throws StoreException {
    connection = new EtcdConnection(settings, calls);
    patience = settings.patience();
    keys = new EtcdKeys(settings.prefix());
    leases =
        new Leases(
            seconds ->
                connection.write(EtcdApi.LEASE_GRANT, new Messages.LeaseGrant(seconds)).lease(),
            System::nanoTime);
  }

  /**
   * Connects, and checks that etcd can do what is needed of it.
   *
   * @throws StoreException if no member can be reached, one is too old, or a watch's progress is
   *     not told
   */
  public static EtcdRevisionStore open(EtcdSettings settings) throws StoreException {
    return open(settings, EtcdCalls.UNCOUNTED);
  }

  /** As {@link #open(EtcdSettings)}, and has the calls counted. */
  public static EtcdRevisionStore open(EtcdSettings settings, EtcdCalls calls)
      throws StoreException {
    EtcdRevisionStore store = new EtcdRevisionStore(settings, calls);
    try {
      EtcdCheck check = new EtcdCheck(store, settings.patience());
      store.history = "%016x".formatted(check.members().cluster());
      check.progress();
      store.learnCompacted();
      return store;
    } catch (StoreException | RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  EtcdConnection connection() {
    return connection;
  }

  boolean closed() {
    return connection.closed();
  }

  EtcdKeys.Bounds nothing() {
    return keys.nothing();
  }

  EtcdKeys.Bounds everything() {
    return keys.bounds("", "");
  }

  byte[] encode(String key) {
    return keys.encode(key);
  }

  void checkOpen() throws StoreException {
    if (closed()) {
      throw StoreException.closed("store");
    }
  }

  // --- Writing.

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    Keys.validate(operations);
    checkOpen();
    List<Messages.Compare> compares = new ArrayList<>();
    List<Messages.Do> changes = new ArrayList<>();
    List<Messages.Do> reads = new ArrayList<>();
    try {
      for (Op op : operations) {
        byte[] key = keys.encode(op.key());
        compare(op, key, compares);
        reads.add(new Messages.Do.Get(new Messages.Range(key, new byte[0], 0, 0, true)));
        switch (op) {
          case Op.Put put ->
              changes.add(new Messages.Do.Put(key, put.value(), leases.of(put.ttl())));
          case Op.Delete _ -> changes.add(new Messages.Do.Delete(key));
          case Op.Check _ -> {}
        }
      }
    } catch (StatusRuntimeException e) {
      // No lease was to be had, and nothing was written.
      throw EtcdFaults.of(e);
    }
    Messages.Transaction transaction = new Messages.Transaction(compares, changes, reads);
    Messages.TransactionAnswer answer;
    Progress.Known before = progress.now();
    try {
      answer =
          changes.isEmpty()
              ? connection.read(EtcdApi.TRANSACTION, transaction)
              : connection.write(EtcdApi.TRANSACTION, transaction);
    } catch (StatusRuntimeException e) {
      throw changes.isEmpty() ? EtcdFaults.of(e) : EtcdFaults.ofCommit(e);
    }
    // The caller finds out by the next read: what is written is written.
    boolean ignored = progress.answered(answer.header(), before);
    if (!answer.succeeded()) {
      throw conflict(operations, answer);
    }
    if (!changes.isEmpty()) {
      commits.increment();
    }
    return answer.header().revision();
  }

  private static void compare(Op op, byte[] key, List<Messages.Compare> compares) {
    Messages.Target modified = Messages.Target.MODIFIED;
    if (op instanceof Op.Delete && op.expected() <= 0) {
      // What does not exist cannot be deleted, whatever is expected.
      compares.add(new Messages.Compare(key, modified, Messages.Result.GREATER, 0));
    }
    if (op.expected() != Op.ANY) {
      compares.add(new Messages.Compare(key, modified, Messages.Result.EQUAL, op.expected()));
    }
  }

  /** Which of the operations did not find what it expected. */
  private static RevisionConflictException conflict(
      List<Op> operations, Messages.TransactionAnswer answer) throws StoreException {
    for (int i = 0; i < operations.size(); i++) {
      Op op = operations.get(i);
      List<Messages.Pair> found = answer.ranges().get(i).pairs();
      long actual = found.isEmpty() ? 0 : found.getFirst().modified();
      boolean asExpected = op.expected() == Op.ANY || op.expected() == actual;
      if (!asExpected || (op instanceof Op.Delete && actual == 0)) {
        return new RevisionConflictException(op.key(), op.expected(), actual);
      }
    }
    throw new StoreException("etcd refused a transaction without a reason");
  }

  // --- Reading.

  @Override
  public @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    check(revision);
    byte[] bytes = keys.encode(key);
    checkOpen();
    try {
      List<Messages.Pair> found =
          connection
              .read(EtcdApi.RANGE, new Messages.Range(bytes, new byte[0], 0, revision, false))
              .pairs();
      return found.isEmpty() ? null : keyValue(found.getFirst());
    } catch (StatusRuntimeException e) {
      throw unreadable(revision, e);
    }
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    check(revision);
    EtcdKeys.Bounds bounds = keys.bounds(start, end);
    checkOpen();
    if (streamsRanges && !bounds.empty()) {
      RangeCursor stream = stream(bounds, at(revision));
      if (stream != null) {
        return stream;
      }
    }
    return new EtcdRange(this, bounds, revision, false);
  }

  @Override
  public RangeCursor keys(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    check(revision);
    checkOpen();
    return new EtcdRange(this, keys.bounds(start, end), revision, true);
  }

  /** Reads a range as a stream; null if the member cannot do that. */
  private @Nullable RangeCursor stream(EtcdKeys.Bounds bounds, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    EtcdRangeStream stream = new EtcdRangeStream(this, bounds, revision, patience);
    Status failed = null;
    boolean begun = false;
    try {
      failed = stream.begin();
      begun = failed == null;
    } finally {
      if (!begun) {
        stream.close();
      }
    }
    if (failed == null) {
      return stream;
    }
    if (EtcdFaults.unknown(failed)) {
      streamsRanges = false;
      return null;
    }
    throw unreadable(revision, failed.asRuntimeException());
  }

  /** Whether ranges are streamed: if all members are new enough and none has refused. */
  boolean streamsRanges() {
    return streamsRanges;
  }

  void streamsRanges(boolean streams) {
    streamsRanges = streams;
  }

  @Override
  public WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException {
    if (fromRevision < 1) {
      throw new IllegalArgumentException("not a revision to watch from: " + fromRevision);
    }
    EtcdKeys.Bounds bounds = keys.bounds(start, end);
    checkOpen();
    if (fromRevision <= compacted.get()) {
      throw new CompactedException(fromRevision, compacted.get());
    }
    return watch(bounds, fromRevision);
  }

  EtcdWatch watch(EtcdKeys.Bounds bounds, long from) throws CompactedException, StoreException {
    EtcdWatch watch;
    try {
      if (connection.logsIn()) {
        // A stream cannot log in again if the token is too old; a call can.
        long ignored = ask(0);
      }
      watch = new EtcdWatch(this, bounds, from);
    } catch (StatusRuntimeException e) {
      throw EtcdFaults.of(e);
    }
    watches.add(watch);
    boolean created = false;
    try {
      watch.awaitCreated(patience);
      // The stream before may have ended because another etcd is there now.
      long ignored = ask(0);
      created = true;
      return watch;
    } catch (StatusRuntimeException e) {
      throw EtcdFaults.of(e);
    } catch (InterruptedException e) {
      throw EtcdFaults.of(e);
    } finally {
      if (!created) {
        watch.close();
      }
    }
  }

  void forget(EtcdWatch watch) {
    watches.remove(watch);
  }

  @Override
  public String history() {
    return history;
  }

  @Override
  public long currentRevision() throws StoreException {
    checkOpen();
    long revision;
    try {
      revision = current.get();
    } catch (StatusRuntimeException e) {
      throw EtcdFaults.of(e);
    } catch (InterruptedException e) {
      throw EtcdFaults.of(e);
    }
    for (EtcdWatch watch : watches) {
      if (watch.isOutdated()) {
        // Its reader has not noticed yet, and is further than this revision.
        throw new StoreException(
            StoreException.Fault.SILENT, WENT_BACK, "etcd: " + WENT_BACK, false, null);
      }
      watch.want(revision);
    }
    return revision;
  }

  /**
   * The revision as which a read at this revision counts.
   *
   * @throws CompactedException if it cannot be read any more
   */
  long at(long revision) throws CompactedException, FutureRevisionException, StoreException {
    try {
      long now = ask(revision);
      return revision == 0 ? now : revision;
    } catch (StatusRuntimeException e) {
      throw unreadable(revision, e);
    }
  }

  /** Reads a key that does not exist; returns the current revision. */
  private long ask(long revision) {
    Progress.Known before = progress.now();
    Messages.Header header =
        connection
            .read(
                EtcdApi.RANGE,
                new Messages.Range(nothing().start(), new byte[0], 0, revision, true),
                CONSISTENT)
            .header();
    if (!progress.answered(header, before)) {
      throw Status.UNAVAILABLE.withDescription(WENT_BACK).asRuntimeException();
    }
    return header.revision();
  }

  /** A watch has come to a revision. */
  void told(long revision, int times) {
    progress.told(revision, times);
  }

  /** How often etcd has gone back. */
  int times() {
    return progress.now().times();
  }

  /**
   * Revisions from now on are others than those of the same number before, so this is another
   * history: who reads on from a revision of before gets a {@link CompactedException}.
   */
  private void wentBack(Progress.Known known, Messages.Header header) {
    history = "%016x-%s".formatted(header.cluster(), UUID.randomUUID().toString());
    compacted.set(0);
    LOG.log(
        System.Logger.Level.ERROR,
        "etcd went back from revision %d (term %d) to %d (term %d), as if restored from a backup: all is read again, and watches end. Restart what else reads or writes it, and clients that were not connected"
            .formatted(known.revision(), known.term(), header.revision(), header.term()));
    for (EtcdWatch watch : watches) {
      watch.outdated();
    }
  }

  private static void check(long revision) {
    if (revision < 0) {
      throw new IllegalArgumentException("not a revision: " + revision);
    }
  }

  /** Why a read at a revision failed; to be thrown. */
  StoreException unreadable(long revision, StatusRuntimeException e)
      throws CompactedException, FutureRevisionException, StoreException {
    if (EtcdFaults.compacted(e.getStatus())) {
      learnCompacted();
      throw new CompactedException(revision, Math.max(compacted.get(), revision + 1));
    }
    if (EtcdFaults.future(e.getStatus())) {
      throw new FutureRevisionException(revision, currentRevision());
    }
    return EtcdFaults.of(e);
  }

  KeyValue keyValue(Messages.Pair pair) {
    return new KeyValue(keys.decode(pair.key()), pair.value(), pair.created(), pair.modified());
  }

  Event event(Messages.Change change) {
    Messages.Pair pair = change.pair();
    return change.deletion()
        ? new Event(keys.decode(pair.key()), null, 0, pair.modified())
        : new Event(keys.decode(pair.key()), pair.value(), pair.created(), pair.modified());
  }

  // --- Compaction.

  @Override
  public long longestReplay() {
    return REPLAY;
  }

  @Override
  public long compactedRevision() {
    return compacted.get();
  }

  @Override
  public void compact(long revision) throws FutureRevisionException, StoreException {
    check(revision);
    checkOpen();
    if (revision <= compacted.get()) {
      return;
    }
    try {
      Messages.Done ignored = connection.write(EtcdApi.COMPACT, new Messages.Compact(revision));
      compactedAt(revision);
    } catch (StatusRuntimeException e) {
      if (EtcdFaults.future(e.getStatus())) {
        throw new FutureRevisionException(revision, currentRevision());
      }
      if (!EtcdFaults.compacted(e.getStatus())) {
        throw EtcdFaults.of(e);
      }
      learnCompacted();
    }
  }

  /** Somebody has compacted etcd up to this revision. */
  void compactedAt(long revision) {
    compacted.accumulateAndGet(revision, Math::max);
  }

  /**
   * Finds out what has been compacted, which etcd tells only a watch that comes too late. Another
   * server may compact at any time, so what {@link #compactedRevision} says may be too low.
   */
  void learnCompacted() throws StoreException {
    try {
      long ignored = ask(Math.max(1, compacted.get()));
      return;
    } catch (StatusRuntimeException e) {
      if (!EtcdFaults.compacted(e.getStatus())) {
        throw EtcdFaults.of(e);
      }
    }
    try (WatchCursor late = watch(nothing(), 1)) {
      Batch ignored = late.next(patience);
      throw new StoreException("etcd does not tell what it has compacted");
    } catch (CompactedException e) {
      compactedAt(e.compacted());
    } catch (InterruptedException e) {
      throw EtcdFaults.of(e);
    }
  }

  // --- The rest.

  /** Nothing to do: etcd's leases expire by themselves. */
  @Override
  public boolean expire(int most) throws StoreException {
    checkOpen();
    return false;
  }

  void databaseBytes(long bytes) {
    databaseBytes = bytes;
  }

  @Override
  public Stats stats() {
    return new Stats(
        -1, databaseBytes, 0, commits.sum(), commits.sum(), 0, 0, 0, 0, compacted.get(), 0, 0);
  }

  @Override
  public void close() {
    for (EtcdWatch watch : watches) {
      watch.close();
    }
    connection.close();
  }
}
