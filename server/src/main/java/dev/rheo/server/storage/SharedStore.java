package dev.rheo.server.storage;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreHealth;
import dev.rheo.store.UnreadableValueException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store whose values have the forms of kube-apiserver, seen through {@link StoredForms}.
 *
 * <p>A value that cannot be read is passed on as it is. The watch cache counts it and goes on
 * without it, as with any other that it cannot read.
 */
public final class SharedStore implements RevisionStore {
  private static final System.Logger LOG = System.getLogger(SharedStore.class.getName());

  private final RevisionStore store;
  private final StoredForms forms;

  public SharedStore(RevisionStore store, StoredForms forms) {
    this.store = store;
    this.forms = forms;
  }

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    List<Op> written = new ArrayList<>(operations.size());
    for (Op op : operations) {
      written.add(
          op instanceof Op.Put put
              ? new Op.Put(
                  put.key(), forms.write(put.key(), put.value()), put.expected(), put.ttl())
              : op);
    }
    return store.commit(written);
  }

  @Override
  public @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    KeyValue found = store.get(key, revision);
    if (found == null || found.value() == UNREADABLE) {
      return found;
    }
    try {
      return with(found, forms.read(key, found.value()));
    } catch (RuntimeException e) {
      throw new UnreadableValueException(key, "it is damaged: " + e.getMessage(), e);
    }
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    RangeCursor range = store.range(start, end, revision);
    return new RangeCursor() {
      @Override
      public long revision() {
        return range.revision();
      }

      @Override
      public @Nullable KeyValue next() throws StoreException {
        KeyValue next = range.next();
        return next == null ? null : read(next);
      }

      @Override
      public void close() {
        range.close();
      }
    };
  }

  @Override
  public WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException {
    WatchCursor watch = store.watch(start, end, fromRevision);
    return new WatchCursor() {
      @Override
      public Batch next(Duration atMost)
          throws CompactedException, StoreException, InterruptedException {
        Batch batch = watch.next(atMost);
        return batch.events().isEmpty()
            ? batch
            : new Batch(
                batch.events().stream().map(SharedStore.this::read).toList(), batch.revision());
      }

      @Override
      public void close() {
        watch.close();
      }
    };
  }

  private KeyValue read(KeyValue stored) {
    return with(stored, read(stored.key(), stored.value()));
  }

  private static KeyValue with(KeyValue stored, byte[] read) {
    return read == stored.value()
        ? stored
        : new KeyValue(
            stored.key(), read, stored.createRevision(), stored.modRevision(), stored.stale());
  }

  private Event read(Event event) {
    byte[] value = event.value();
    return value == null
        ? event
        : new Event(
            event.key(), read(event.key(), value), event.createRevision(), event.modRevision());
  }

  private byte[] read(String key, byte[] value) {
    if (value == UNREADABLE) {
      return value;
    }
    try {
      return forms.read(key, value);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The value of " + key + " cannot be read: " + e.getMessage());
      return UNREADABLE;
    }
  }

  @Override
  public String history() {
    return store.history();
  }

  @Override
  public long currentRevision() throws StoreException {
    return store.currentRevision();
  }

  @Override
  public long longestReplay() {
    return store.longestReplay();
  }

  @Override
  public long compactedRevision() {
    return store.compactedRevision();
  }

  @Override
  public void compact(long revision) throws FutureRevisionException, StoreException {
    store.compact(revision);
  }

  @Override
  public boolean expire(int most) throws StoreException {
    return store.expire(most);
  }

  @Override
  public StoreHealth health() {
    return store.health();
  }

  @Override
  public Stats stats() {
    return store.stats();
  }

  @Override
  public void close() {
    store.close();
  }
}
