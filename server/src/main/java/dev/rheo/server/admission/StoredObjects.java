package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.FormReader;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.verb.read.StoreReads;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Objects that plugins look up: from the watch cache, or from the store while the cache is not
 * ready. Trees are shared and must not be changed. A few small ones are kept decoded, as most
 * writes look up the same.
 */
final class StoredObjects {
  private static final int KEPT = 256;
  private static final int KEPT_BYTES = 4096;

  private final StoreReads reads;
  private final WatchCache cache;
  private final ResourceRegistry registry;
  private final Map<String, Decoded> kept = new ConcurrentHashMap<>();

  private record Decoded(long revision, ObjectNode tree) {}

  StoredObjects(RevisionStore store, WatchCache cache, ResourceRegistry registry) {
    this.reads = new StoreReads(store);
    this.cache = cache;
    this.registry = registry;
  }

  /**
   * All objects of a resource, or of one namespace.
   *
   * @param namespace empty for all
   */
  List<ObjectNode> list(String resource, String namespace) {
    StoredResource stored = stored(resource);
    String prefix = namespace.isEmpty() ? "" : namespace + "/";
    List<ObjectNode> objects = new ArrayList<>();
    if (!cache.ready()) {
      reads.each(
          stored.keyPrefix() + prefix,
          value -> {
            objects.add(decode(value.value()));
            return true;
          });
      return objects;
    }
    EntryCursor entries = cache.resource(resource).snapshot().entries(prefix, null);
    for (Entry entry = entries.next(); entry != null; entry = entries.next()) {
      ObjectNode object = object(stored, entry);
      if (object != null) {
        objects.add(object);
      }
    }
    return objects;
  }

  /** A cluster-scoped object, or null if the store has none either. */
  @Nullable ObjectNode get(String resource, String name) {
    StoredResource stored = stored(resource);
    Entry entry = cache.ready() ? cache.resource(resource).get(name) : null;
    return entry == null ? current(stored.key(null, name)) : object(stored, entry);
  }

  private StoredResource stored(String resource) {
    return Objects.requireNonNull(registry.stored(resource), resource);
  }

  private @Nullable ObjectNode object(StoredResource resource, Entry entry) {
    String key = resource.keyPrefix() + entry.key();
    Decoded known = kept.get(key);
    if (known != null && known.revision() == entry.revision()) {
      return known.tree();
    }
    try {
      Meter.charge(entry.length());
      ObjectNode tree = decode(new FormReader(cache).readFully(entry));
      if (entry.length() <= KEPT_BYTES) {
        if (kept.size() >= KEPT) {
          kept.clear();
        }
        kept.put(key, new Decoded(entry.revision(), tree));
      }
      return tree;
    } catch (IOException e) {
      return current(key);
    }
  }

  private @Nullable ObjectNode current(String key) {
    KeyValue value = reads.get(key);
    return value == null ? null : decode(value.value());
  }

  private static ObjectNode decode(byte[] form) {
    return ObjectDecoder.decode(form, ObjectDecoder.MAX_DEPTH).tree();
  }
}
