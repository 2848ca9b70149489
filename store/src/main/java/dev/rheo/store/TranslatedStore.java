package dev.rheo.store;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A store whose values have another form in the engine than here. They are translated one at a
 * time, when they are read and written.
 *
 * <p>A value that cannot be read harms no other: {@link #get} refuses it and says why, ranges and
 * watches show {@link RevisionStore#UNREADABLE} in its place. A value that cannot be translated is
 * not written.
 */
public abstract class TranslatedStore extends ForwardingStore {
  private static final System.Logger LOG = System.getLogger(TranslatedStore.class.getName());

  /** Unreadable keys of which the log tells. */
  private static final int TOLD = 100;

  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /**
   * A value as it is here.
   *
   * @param stale as {@link KeyValue#stale}
   */
  public record Plain(byte[] value, boolean stale) {}

  protected TranslatedStore(RevisionStore store) {
    super(store);
  }

  /**
   * The value that the engine has, as it is here.
   *
   * @throws UnreadableValueException if it cannot be read
   */
  protected abstract Plain read(String key, byte[] stored) throws UnreadableValueException;

  /** The value as the engine is to have it. */
  protected abstract byte[] written(String key, byte[] value) throws StoreException;

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    List<Op> translated = new ArrayList<>(operations.size());
    for (Op op : operations) {
      translated.add(
          op instanceof Op.Put put
              ? new Op.Put(put.key(), written(put.key(), put.value()), put.expected(), put.ttl())
              : op);
    }
    return super.commit(translated);
  }

  @Override
  public @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    KeyValue found = super.get(key, revision);
    return found == null ? null : with(found, read(key, found.value()));
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    RangeCursor range = super.range(start, end, revision);
    return new RangeCursor() {
      @Override
      public long revision() {
        return range.revision();
      }

      @Override
      public @Nullable KeyValue next() throws StoreException {
        KeyValue next = range.next();
        return next == null ? null : with(next, shown(next.key(), next.value()));
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
    WatchCursor watch = super.watch(start, end, fromRevision);
    return new WatchCursor() {
      @Override
      public Batch next(Duration atMost)
          throws CompactedException, StoreException, InterruptedException {
        Batch batch = watch.next(atMost);
        return batch.events().isEmpty()
            ? batch
            : new Batch(
                batch.events().stream().map(TranslatedStore.this::shown).toList(),
                batch.revision());
      }

      @Override
      public void close() {
        watch.close();
      }
    };
  }

  private Event shown(Event stored) {
    byte[] value = stored.value();
    if (value == null) {
      return stored;
    }
    byte[] shown = shown(stored.key(), value).value();
    return shown == value
        ? stored
        : new Event(stored.key(), shown, stored.createRevision(), stored.modRevision());
  }

  private Plain shown(String key, byte[] stored) {
    if (stored == UNREADABLE) {
      return new Plain(UNREADABLE, false);
    }
    try {
      return read(key, stored);
    } catch (UnreadableValueException e) {
      if (told.size() < TOLD && told.add(key)) {
        LOG.log(Level.ERROR, "The value of {0} cannot be read: {1}", key, e.reason());
      }
      return new Plain(UNREADABLE, false);
    }
  }

  private static KeyValue with(KeyValue stored, Plain plain) {
    boolean stale = stored.stale() || plain.stale();
    return plain.value() == stored.value() && stale == stored.stale()
        ? stored
        : new KeyValue(
            stored.key(), plain.value(), stored.createRevision(), stored.modRevision(), stale);
  }
}
