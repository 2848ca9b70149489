package dev.rheo.server.controller.garbage;

import dev.rheo.cache.EventReader;
import dev.rheo.cache.ResourceCache;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.write.ObjectPath;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A collection of objects that the graph follows. Used by the graph's thread. */
final class Source {
  /** The number by which edges and items name the collection. */
  final int number;

  final ResourceType type;
  final ResourceCache cache;

  /** Whether it is in the queue of those that have changes. */
  final AtomicBoolean queued = new AtomicBoolean();

  /** Null until the objects are loaded, and after a failure. */
  @Nullable EventReader events;

  Source(int number, ResourceType type, ResourceCache cache) {
    this.number = number;
    this.type = type;
    this.cache = cache;
  }

  /** The path of one of its objects. */
  ObjectPath path(String key) {
    int slash = type.namespaced() ? key.indexOf('/') : -1;
    return ObjectPath.of(type, slash < 0 ? "" : key.substring(0, slash), key.substring(slash + 1));
  }

  static String namespaceOf(ResourceType type, String key) {
    int slash = type.namespaced() ? key.indexOf('/') : -1;
    return slash < 0 ? "" : key.substring(0, slash);
  }

  void close() {
    EventReader reader = events;
    if (reader != null) {
      reader.close();
      events = null;
    }
  }
}
