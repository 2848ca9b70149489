package dev.rheo.encryption;

import dev.rheo.api.name.GroupResource;
import dev.rheo.encryption.value.IdentityTransformer;
import dev.rheo.encryption.value.TransformException;
import dev.rheo.encryption.value.Transformer;
import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreHealth;
import dev.rheo.store.UnreadableValueException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A store whose values are encrypted.
 *
 * <p>A value that cannot be decrypted harms no other: {@link #get} refuses it and says why, ranges
 * and watches show {@link RevisionStore#UNREADABLE} in its place. What was encrypted with another
 * key than would be used today is {@linkplain KeyValue#stale stale}. A value that cannot be
 * encrypted is not written.
 *
 * <p>Values are decrypted one at a time, when they are read.
 */
public final class EncryptedStore implements RevisionStore {
  private static final System.Logger LOG = System.getLogger(EncryptedStore.class.getName());

  /** Unreadable keys of which the log tells. */
  private static final int TOLD = 100;

  /** The longest part of a stored value that names its provider and key. */
  private static final int SHOWN = 80;

  private final RevisionStore store;
  private final Encryption encryption;
  private final Function<String, @Nullable GroupResource> resources;
  private final UnaryOperator<String> contexts;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /**
   * @param store closed with this one
   * @param resources the resource of a key; null for a key that is no object's
   * @param contexts the key as the engine lays it out, to which values are bound
   */
  public EncryptedStore(
      RevisionStore store,
      Encryption encryption,
      Function<String, @Nullable GroupResource> resources,
      UnaryOperator<String> contexts) {
    this.store = store;
    this.encryption = encryption;
    this.resources = resources;
    this.contexts = contexts;
  }

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    List<Op> written = new ArrayList<>(operations.size());
    for (Op op : operations) {
      written.add(op instanceof Op.Put put ? encrypted(put) : op);
    }
    return store.commit(written);
  }

  private Op.Put encrypted(Op.Put put) throws StoreException {
    Transformer transformer = transformer(put.key());
    if (transformer == IdentityTransformer.INSTANCE) {
      return put;
    }
    try {
      return new Op.Put(
          put.key(),
          transformer.write(new byte[0], put.value(), context(put.key())),
          put.expected(),
          put.ttl());
    } catch (TransformException e) {
      throw new StoreException(
          StoreException.Fault.UNREADABLE,
          e.reason(),
          "unable to encrypt the value of %s: %s".formatted(put.key(), e.reason()),
          false,
          e);
    }
  }

  private Transformer transformer(String key) {
    return encryption.of(resources.apply(key));
  }

  private byte[] context(String key) {
    return contexts.apply(key).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    KeyValue found = store.get(key, revision);
    if (found == null) {
      return null;
    }
    try {
      return with(found, plain(key, found.value()));
    } catch (TransformException e) {
      throw new UnreadableValueException(key, reason(found.value(), e), e);
    }
  }

  /** Why a value cannot be read; without a configuration, what it needs. */
  private String reason(byte[] stored, TransformException cause) {
    return encryption.isConfigured() || !IdentityTransformer.isEncrypted(stored)
        ? cause.reason()
        : "it is encrypted (%s), and the server has no --encryption-provider-config"
            .formatted(provider(stored));
  }

  /** The part of a stored value before the cipher text: {@code k8s:enc:aescbc:v1:key1:}. */
  private static String provider(byte[] stored) {
    int colons = 0;
    int end = 0;
    while (end < stored.length && end < SHOWN && colons < 5 && stored[end] > ' ') {
      colons += stored[end++] == ':' ? 1 : 0;
    }
    return new String(stored, 0, end, StandardCharsets.US_ASCII);
  }

  private Transformer.Plain plain(String key, byte[] stored) throws TransformException {
    return transformer(key).read(stored, 0, context(key));
  }

  private static KeyValue with(KeyValue stored, Transformer.Plain plain) {
    return plain.value() == stored.value() && !plain.stale()
        ? stored
        : new KeyValue(
            stored.key(),
            plain.value(),
            stored.createRevision(),
            stored.modRevision(),
            plain.stale());
  }

  private KeyValue shown(KeyValue stored) {
    try {
      return with(stored, plain(stored.key(), stored.value()));
    } catch (TransformException e) {
      tell(stored.key(), stored.value(), e);
      return new KeyValue(stored.key(), UNREADABLE, stored.createRevision(), stored.modRevision());
    }
  }

  private Event shown(Event stored) {
    byte[] value = stored.value();
    if (value == null) {
      return stored;
    }
    byte[] shown;
    try {
      shown = plain(stored.key(), value).value();
    } catch (TransformException e) {
      tell(stored.key(), value, e);
      shown = UNREADABLE;
    }
    return shown == value
        ? stored
        : new Event(stored.key(), shown, stored.createRevision(), stored.modRevision());
  }

  private void tell(String key, byte[] stored, TransformException e) {
    if (told.size() < TOLD && told.add(key)) {
      LOG.log(Level.ERROR, "The value of {0} cannot be read: {1}", key, reason(stored, e));
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
        return next == null ? null : shown(next);
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
                batch.events().stream().map(EncryptedStore.this::shown).toList(), batch.revision());
      }

      @Override
      public void close() {
        watch.close();
      }
    };
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
