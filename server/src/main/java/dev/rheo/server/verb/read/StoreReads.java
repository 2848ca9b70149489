package dev.rheo.server.verb.read;

import dev.rheo.api.status.ApiException;
import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.StoreException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads of the store as it is now, for what must not be asked of the watch cache, which may lag:
 * whether an address is free, and whether a refusal is right.
 */
public final class StoreReads {
  private final RevisionStore store;

  public StoreReads(RevisionStore store) {
    this.store = store;
  }

  /**
   * @throws ApiException if the store cannot be read
   */
  public @Nullable KeyValue get(String key) {
    try {
      return store.get(key, 0);
    } catch (StoreException e) {
      throw StoreFailures.of(e);
    } catch (CompactedException | FutureRevisionException e) {
      throw unreadable(e);
    }
  }

  /**
   * Reads all keys with a prefix, in order.
   *
   * @param prefix ends in a slash
   * @param more is given each, and tells whether to go on
   * @throws ApiException if the store cannot be read
   */
  public void each(String prefix, Predicate<KeyValue> more) {
    // The character after the slash.
    String end = prefix.substring(0, prefix.length() - 1) + '0';
    try (RevisionStore.RangeCursor cursor = store.range(prefix, end, 0)) {
      KeyValue value = cursor.next();
      while (value != null && more.test(readable(value))) {
        value = cursor.next();
      }
    } catch (StoreException e) {
      throw StoreFailures.of(e);
    } catch (CompactedException | FutureRevisionException e) {
      throw unreadable(e);
    }
  }

  private static KeyValue readable(KeyValue value) {
    if (value.value() == RevisionStore.UNREADABLE) {
      throw ApiException.internalError("unable to transform key \"%s\"".formatted(value.key()));
    }
    return value;
  }

  private static ApiException unreadable(Exception e) {
    return ApiException.internalError("the present revision cannot be read", e);
  }
}
