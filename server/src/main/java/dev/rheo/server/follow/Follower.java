package dev.rheo.server.follow;

import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.ResourceCache;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.store.CompactedException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Follows the objects of one resource in the watch cache, on a virtual thread: all that there are,
 * then each that changes. What goes wrong makes it begin again.
 */
public final class Follower implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Follower.class.getName());

  /** How long it waits for the cache, and after a failure. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration STEP = Duration.ofMillis(20);

  private final WatchCache cache;
  private final ResourceType type;
  private final Watcher watcher;
  private final Signal signal = new Signal();
  private volatile boolean closed;

  /** Called by the follower's thread. */
  public interface Watcher {
    /** All objects follow. */
    default void begin() {}

    /** An object is there, or has changed or gone: the entry is then its last one. */
    void look(Entry entry);

    /** Those that were not seen since {@link #begin} are gone. */
    default void listed() {}
  }

  public Follower(WatchCache cache, ResourceType type, Watcher watcher) {
    this.cache = cache;
    this.type = type;
    this.watcher = watcher;
  }

  /** Follows in the background. */
  public void start() {
    Thread.ofVirtual().name("following " + type.plural()).start(this::run);
  }

  private void run() {
    while (!closed) {
      try {
        follow();
      } catch (CompactedException e) {
        LOG.log(Level.DEBUG, "{0} are looked through again: {1}", type.plural(), e.getMessage());
      } catch (IOException | RuntimeException | Error e) {
        LOG.log(Level.WARNING, "following " + type.plural() + " failed, and is tried again", e);
        pause();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void pause() {
    try {
      signal.await(PATIENCE);
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  private void follow() throws CompactedException, IOException, InterruptedException {
    while (!cache.awaitRevision(1, PATIENCE) || !cache.ready()) {
      if (closed) {
        return;
      }
      signal.await(STEP);
    }
    ResourceCache resource = cache.resource(type.storage().name());
    Snapshot snapshot = resource.snapshot();
    watcher.begin();
    EntryCursor cursor = snapshot.entries("", null);
    for (Entry entry = cursor.next(); entry != null; entry = cursor.next()) {
      watcher.look(entry);
    }
    watcher.listed();
    try (EventReader events = resource.events(snapshot.revision(), Scope.ALL)) {
      events.onEvent(signal::raise);
      while (!closed) {
        CacheEvent event = events.next();
        if (event != null) {
          Entry entry = event.current() == null ? event.previous() : event.current();
          if (entry != null) {
            watcher.look(entry);
          }
        } else if (events.skipped()) {
          Thread.yield();
        } else {
          signal.await();
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    signal.raise();
  }
}
