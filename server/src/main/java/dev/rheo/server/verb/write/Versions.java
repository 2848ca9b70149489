package dev.rheo.server.verb.write;

import dev.rheo.cache.Entry;
import dev.rheo.cache.FormReader;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.io.Meter;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.verb.read.StoreReads;
import dev.rheo.store.RevisionStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the current version of an object for a write: from the cache, which is fast but may lag, or
 * from the store, which is authoritative. What is read is charged to the thread's {@link Meter}.
 */
final class Versions {
  private final StoreReads reads;
  private final WatchCache cache;

  /** The longest key that the store takes, in bytes of UTF-8. */
  static final int MAX_KEY_BYTES = 1024;

  Versions(RevisionStore store, WatchCache cache) {
    this.reads = new StoreReads(store);
    this.cache = cache;
  }

  /**
   * What is known of an object.
   *
   * @param version null if there is no object
   * @param fresh whether the store says so, not the cache
   */
  record Known(@Nullable Version version, boolean fresh) {}

  /** What the cache knows; what the store knows if the cache is not ready or cannot be read. */
  Known cachedOrCurrent(StoredResource resource, String key) {
    if (cache.ready()) {
      Entry entry = entry(resource, key);
      Version version = entry == null ? null : read(entry);
      if (entry == null || version != null) {
        return new Known(version, false);
      }
    }
    return new Known(current(resource, key), true);
  }

  private @Nullable Entry entry(StoredResource resource, String key) {
    return cache.resource(resource.name()).get(key.substring(resource.keyPrefix().length()));
  }

  /** Returns null if the spool cannot be read. */
  private @Nullable Version read(Entry entry) {
    try {
      long mark = Meter.mark();
      byte[] spooled = new FormReader(cache).readFully(entry);
      int digits = entry.revisionLength();
      Meter.charge(spooled.length);
      byte[] form = new byte[spooled.length - digits];
      System.arraycopy(spooled, 0, form, 0, entry.revisionOffset());
      System.arraycopy(
          spooled,
          entry.revisionOffset() + digits,
          form,
          entry.revisionOffset(),
          form.length - entry.revisionOffset());
      // Only the form is kept.
      Meter.release(mark);
      Meter.charge(form.length);
      return new Version(form, entry.revision(), false);
    } catch (IOException e) {
      return null;
    }
  }

  /** The version in the store, or null. */
  @Nullable Version current(StoredResource resource, String key) {
    if (!storable(key)) {
      return null;
    }
    int expected = expected(resource, key);
    Meter.charge(expected);
    RevisionStore.KeyValue value = reads.get(key);
    if (value == null) {
      return null;
    }
    Meter.charge(Math.max(0, value.value().length - expected));
    return new Version(value.value(), value.modRevision(), value.stale());
  }

  /**
   * The expected size of the value: that of the cache's version, 0 if the cache has none, the
   * maximum while the cache is not ready.
   */
  private int expected(StoredResource resource, String key) {
    if (!cache.ready()) {
      return Committer.MAX_STORED_BYTES;
    }
    Entry entry = entry(resource, key);
    return entry == null ? 0 : entry.length();
  }

  /** Whether the store accepts a key; it has nothing under any other. */
  static boolean storable(String key) {
    return key.indexOf('\0') < 0
        && key.length() <= MAX_KEY_BYTES
        && key.getBytes(StandardCharsets.UTF_8).length <= MAX_KEY_BYTES;
  }
}
