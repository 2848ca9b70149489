package dev.rheo.app;

import dev.rheo.server.storage.StoredForms;
import dev.rheo.store.Keys;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import dev.rheo.store.StoreSnapshot.Entry;
import dev.rheo.store.StoreSnapshot.Expiry;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a snapshot and an etcd side by side, in order of the keys, and makes etcd equal, or counts
 * what is not. Values whose time is over count on neither side.
 */
final class EtcdPass {
  /** Below etcd's default limit of 128. */
  private static final int BATCH_OPERATIONS = 100;

  private static final int BATCH_BYTES = 512 << 10;

  /**
   * @param revision of the snapshot
   * @param keys how many keys the snapshot has whose time is not over
   * @param changes how many keys of etcd were not as they must be
   * @param sha256 of these keys and their values, in hexadecimal
   */
  record Result(long revision, long keys, long changes, String sha256) {}

  private final StoreSnapshot snapshot;
  private final RangeCursor range;
  private final RevisionStore etcd;
  private final StoredForms forms;
  private final long floor;
  private final long since;
  private final boolean write;
  private final InstantSource clock;
  private final Map<String, Expiry> expiries = new HashMap<>();
  private final List<Op> batch = new ArrayList<>();
  private final MessageDigest digest = sha256();
  private int batchBytes;
  private long keys;
  private long changes;

  /**
   * @param floor writes of etcd up to this revision are made again
   * @param since the snapshot's revision of the pass before; values with a time to live that were
   *     written after it are written again, even if they are equal
   * @param write whether etcd is changed
   */
  EtcdPass(
      StoreSnapshot snapshot,
      RangeCursor range,
      RevisionStore etcd,
      StoredForms forms,
      long floor,
      long since,
      boolean write,
      InstantSource clock) {
    this.snapshot = snapshot;
    this.range = range;
    this.etcd = etcd;
    this.forms = forms;
    this.floor = floor;
    this.since = since;
    this.write = write;
    this.clock = clock;
  }

  Result run() throws SnapshotException, StoreException {
    KeyValue there = nextThere();
    for (StoreSnapshot.Item item = snapshot.next(); item != null; item = snapshot.next()) {
      if (item instanceof Expiry expiry) {
        expiries.put(expiry.key(), expiry);
        continue;
      }
      Entry entry = (Entry) item;
      while (there != null && Keys.ORDER.compare(there.key(), entry.key()) < 0) {
        surplus(there);
        there = nextThere();
      }
      boolean found = there != null && there.key().equals(entry.key());
      compare(entry, found ? there : null);
      if (found) {
        there = nextThere();
      }
    }
    for (; there != null; there = nextThere()) {
      surplus(there);
    }
    flush();
    return new Result(
        snapshot.header().revision(), keys, changes, HexFormat.of().formatHex(digest.digest()));
  }

  private @Nullable KeyValue nextThere() throws StoreException {
    KeyValue next = range.next();
    return EtcdFilling.isMark(next) ? range.next() : next;
  }

  private void surplus(KeyValue there) throws StoreException {
    changes++;
    if (write) {
      add(new Op.Delete(there.key(), Op.ANY), 0);
    }
  }

  private void compare(Entry entry, @Nullable KeyValue there)
      throws SnapshotException, StoreException {
    Expiry expiry = expiries.get(entry.key());
    long left = expiry == null ? 0 : expiry.epochMillis() - clock.millis();
    if (expiry != null && left <= 0) {
      // Etcd's leases are a little longer; the key dies there by itself.
      return;
    }
    keys++;
    hash(entry);
    byte[] wanted = written(entry);
    boolean renewed = write && expiry != null && entry.modRevision() > since;
    if (there != null
        && !renewed
        && there.modRevision() > floor
        && Arrays.equals(there.value(), wanted)) {
      return;
    }
    changes++;
    if (write) {
      Duration ttl = expiry == null ? Duration.ZERO : Duration.ofMillis(left);
      add(new Op.Put(entry.key(), wanted, Op.ANY, ttl), wanted.length);
    }
  }

  /** The value as etcd is to have it, of which nothing must be lost. */
  private byte[] written(Entry entry) throws SnapshotException {
    try {
      byte[] wanted = forms.write(entry.key(), entry.value());
      if (wanted == entry.value()
          || EtcdFilling.same(forms.read(entry.key(), wanted), entry.value())) {
        return wanted;
      }
      throw new SnapshotException(
          "%s would not be in etcd what it is: write it again, or use --storage-media-type application/json"
              .formatted(entry.key()));
    } catch (RuntimeException e) {
      throw new SnapshotException(
          "%s cannot be written in the form of etcd: %s".formatted(entry.key(), e.getMessage()), e);
    }
  }

  private void hash(Entry entry) {
    byte[] key = Keys.encode(entry.key());
    digest.update(ByteBuffer.allocate(8).putInt(key.length).putInt(entry.value().length).flip());
    digest.update(key);
    digest.update(entry.value());
  }

  private void add(Op op, int bytes) throws StoreException {
    if (batch.size() == BATCH_OPERATIONS || batchBytes + bytes > BATCH_BYTES) {
      flush();
    }
    batch.add(op);
    batchBytes += bytes;
  }

  private void flush() throws StoreException {
    if (batch.isEmpty()) {
      return;
    }
    try {
      long ignored = etcd.commit(batch);
    } catch (RevisionConflictException e) {
      // One of those to delete has died by itself.
      for (Op op : batch) {
        alone(op);
      }
    } catch (StoreException e) {
      throw e.fault() == StoreException.Fault.TOO_LARGE
          ? new StoreException(
              "etcd refuses %s: %s".formatted(batch.getFirst().key(), e.getMessage()), e)
          : e;
    }
    batch.clear();
    batchBytes = 0;
  }

  private void alone(Op op) throws StoreException {
    try {
      long ignored = etcd.commit(List.of(op));
    } catch (RevisionConflictException gone) {
      // It is as it should be.
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
