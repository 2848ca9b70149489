package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A resource as readers see it: views of the last published state. */
final class Resource implements ResourceCache {
  private final WatchCache cache;
  private final CachedResource resource;

  /** Place in {@link Published#states}. It may be used again after the resource is removed. */
  final int index;

  final Waiters waiters;

  Resource(WatchCache cache, CachedResource resource, int index) {
    this.cache = cache;
    this.resource = resource;
    this.index = index;
    this.waiters = new Waiters(cache.threads());
  }

  @Override
  public CachedResource resource() {
    return resource;
  }

  @Override
  public Snapshot snapshot() {
    Published now = cache.published();
    return new View(resource, now.require(this).tree(), now.revision());
  }

  @Override
  public Snapshot snapshotAt(long revision) throws CompactedException {
    while (true) {
      Published now = cache.published();
      try {
        return new View(resource, cache.snapshots().at(now, this, revision), revision);
      } catch (CompactedException e) {
        if (cache.published().generation() == now.generation()) {
          throw e;
        }
      }
    }
  }

  @Override
  public @Nullable Entry get(String key) {
    return cache.published().require(this).tree().get(utf8(key));
  }

  @Override
  public EventReader events(long afterRevision, Scope scope) throws CompactedException {
    TableState now = cache.published().require(this);
    long oldest = now.table().oldest();
    if (afterRevision < oldest) {
      throw new CompactedException(afterRevision, oldest);
    }
    String field = scope.field();
    if (field != null && resource.fields().stream().noneMatch(f -> f.name().equals(field))) {
      throw new IllegalArgumentException(resource.name() + " has no selectable field " + field);
    }
    return new LogReader(cache, this, now, afterRevision, scope);
  }

  @Override
  public long oldestRevision() {
    return cache.published().require(this).table().oldest();
  }

  @Override
  public @Nullable String unreadable() {
    return cache.published().require(this).table().unreadable.first();
  }

  Threads threads() {
    return cache.threads();
  }

  NotCachedException notCached() {
    return new NotCachedException(resource.name());
  }

  static byte[] utf8(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  /** A tree as a snapshot. */
  private record View(CachedResource resource, EntryTree tree, long revision) implements Snapshot {
    @Override
    public int size() {
      return tree.size();
    }

    @Override
    public int size(String keyPrefix) {
      return keyPrefix.isEmpty() ? tree.size() : tree.size(utf8(keyPrefix));
    }

    @Override
    public @Nullable Entry get(String key) {
      return tree.get(utf8(key));
    }

    @Override
    public int rank(String key) {
      return tree.rank(utf8(key));
    }

    @Override
    public Entry at(int rank) {
      return tree.at(rank);
    }

    @Override
    public EntryCursor entries(String keyPrefix, @Nullable String startAt) {
      return tree.cursor(utf8(keyPrefix), startAt == null ? null : utf8(startAt));
    }

    @Override
    public EntryCursor entries(Scope scope, @Nullable String startAt) {
      byte[] prefix = utf8(scope.keyPrefix());
      byte @Nullable [] start = startAt == null ? null : utf8(startAt);
      String name = scope.name();
      if (name != null) {
        boolean oneKey = resource.namespaced() == (scope.namespace() != null);
        return oneKey
            ? tree.cursorAt(utf8(scope.keyPrefix() + name), start)
            : new NameCursor(tree, utf8(name), start);
      }
      String value = scope.fieldValue();
      EntryTree byField = scope.field() == null ? null : tree.index(scope.field());
      return byField == null || value == null
          ? tree.cursor(prefix, start)
          : byField.cursor(value, prefix, start);
    }
  }
}
