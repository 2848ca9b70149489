package dev.rheo.store.etcd;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore.Batch;
import dev.rheo.store.RevisionStore.Event;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.RevisionStore.WatchCursor;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that etcd holds below the prefix, as of one revision. The keys are read twice: first to count
 * them and to learn which have a lease, and how long it lives. (Etcd 3.7 does not tell leases to
 * whoever asks for keys without values.) What is kept in memory is those that have one, some 150
 * bytes each.
 *
 * <p>It is for whoever moves the store elsewhere. For a backup of an etcd, etcd's own snapshots are
 * better: they have history and all prefixes.
 */
public final class EtcdSnapshot implements StoreSnapshot {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final EtcdRevisionStore store;
  private final Header header;
  private final ArrayDeque<Expiry> expiries = new ArrayDeque<>();
  private final RangeCursor range;
  private int place;

  /**
   * Counts the keys.
   *
   * @param store outlives the snapshot
   * @param clock tells the time from which the leases' remaining times count
   */
  public EtcdSnapshot(EtcdRevisionStore store, InstantSource clock)
      throws StoreException, CompactedException, FutureRevisionException {
    this.store = store;
    long revision = store.currentRevision();
    long keys = learn(revision, clock);
    this.header = new Header(revision, keys, 0, store.history());
    this.range = store.range("", "", revision);
  }

  private long learn(long revision, InstantSource clock)
      throws StoreException, CompactedException, FutureRevisionException {
    Map<Long, Long> ends = new HashMap<>();
    long keys = 0;
    try (EtcdRange all = new EtcdRange(store, store.everything(), revision, false)) {
      for (Messages.Pair pair = all.nextPair(); pair != null; pair = all.nextPair()) {
        keys++;
        if (pair.lease() != 0) {
          long end = ends.computeIfAbsent(pair.lease(), lease -> end(lease, clock));
          expiries.add(new Expiry(store.keyValue(pair).key(), end, pair.modified()));
        }
      }
      return keys;
    } catch (StatusRuntimeException e) {
      throw EtcdFaults.of(e);
    }
  }

  /** When a lease ends; now, if it has ended. */
  private long end(long lease, InstantSource clock) {
    long seconds =
        store.connection().read(EtcdApi.LEASE_TIME, new Messages.LeaseQuestion(lease)).seconds();
    return clock.millis() + 1000 * Math.max(0, seconds);
  }

  @Override
  public Header header() {
    return header;
  }

  @Override
  public @Nullable Item next() throws StoreException {
    Expiry expiry = expiries.poll();
    if (expiry != null) {
      return expiry;
    }
    KeyValue next = range.next();
    // Etcd does not tell the place of a write in its revision; any that differs will do.
    return next == null
        ? null
        : new Entry(next.key(), next.value(), next.createRevision(), next.modRevision(), place++);
  }

  /**
   * The first key that was written since, or deleted other than by the end of its lease; null if
   * there is none.
   */
  public @Nullable String changed() throws StoreException {
    try (WatchCursor watch = store.watch("", "", header.revision() + 1)) {
      long now = store.currentRevision();
      long at = header.revision();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (at < now) {
        Batch batch = watch.next(Duration.ofMillis(200));
        at = Math.max(at, batch.revision());
        for (Event event : batch.events()) {
          if (!event.isDelete() || !leased(event.key())) {
            return event.key();
          }
        }
        if (System.nanoTime() - deadline > 0) {
          throw new StoreException("etcd does not tell what has changed");
        }
      }
      return null;
    } catch (CompactedException | FutureRevisionException e) {
      throw new StoreException("etcd was compacted meanwhile", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted", e);
    }
  }

  /** Whether a key had a lease as of the snapshot. */
  private boolean leased(String key)
      throws StoreException, CompactedException, FutureRevisionException {
    try {
      List<Messages.Pair> found =
          store
              .connection()
              .read(
                  EtcdApi.RANGE,
                  new Messages.Range(store.encode(key), new byte[0], 0, header.revision(), false))
              .pairs();
      return !found.isEmpty() && found.getFirst().lease() != 0;
    } catch (StatusRuntimeException e) {
      throw store.unreadable(header.revision(), e);
    }
  }

  @Override
  public void close() {
    range.close();
  }
}
