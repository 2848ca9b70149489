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
import org.jspecify.annotations.Nullable;

/**
 * Follows the objects of one resource in the watch cache, on a thread of its own: all that there
 * are, then each that changes. What goes wrong makes it begin again.
 */
public final class Follower implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Follower.class.getName());

  /** How long it waits for the cache, after a failure, and for its thread to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration STEP = Duration.ofMillis(20);

  private final WatchCache cache;
  private final ResourceType type;
  private final Watcher watcher;
  private final Signal signal = new Signal();
  private final Thread thread;
  private volatile boolean closed;

  /** Called by the follower's thread. */
  public interface Watcher {
    /** Whether to begin. It is asked again soon if not. */
    default boolean isReady() {
      return true;
    }

    /** All objects follow. */
    default void begin() {}

    /** An object is there, or has changed or gone: the entry is then its last one. */
    void look(Entry entry);

    /** Those that were not seen since {@link #begin} are gone. */
    default void listed() {}

    /** Nothing was left to look at; now there may be, or somebody has called {@link #wake}. */
    default void rested() {}

    /** How long it may rest at most; null for as long as nothing happens. */
    default @Nullable Duration rest() {
      return null;
    }
  }

  /** Follows on a virtual thread. */
  public Follower(WatchCache cache, ResourceType type, Watcher watcher) {
    this(cache, type, watcher, Thread.ofVirtual());
  }

  /**
   * @param threads makes the thread
   */
  public Follower(WatchCache cache, ResourceType type, Watcher watcher, Thread.Builder threads) {
    this.cache = cache;
    this.type = type;
    this.watcher = watcher;
    this.thread = threads.name("following " + type.plural()).unstarted(this::run);
  }

  /** Follows in the background. */
  public void start() {
    thread.start();
  }

  /** Ends the rest of the follower. Any thread. */
  public void wake() {
    signal.raise();
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
    while (!cache.awaitRevision(1, PATIENCE) || !cache.ready() || !watcher.isReady()) {
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
          rest();
          watcher.rested();
        }
      }
    }
  }

  private void rest() throws InterruptedException {
    Duration most = watcher.rest();
    if (most == null) {
      signal.await();
    } else {
      signal.await(most);
    }
  }

  /** Has it end; {@link #join} waits for that. */
  @Override
  public void close() {
    closed = true;
    signal.raise();
  }

  /** Waits a while for its end after {@link #close}. */
  public void join() throws InterruptedException {
    // One that was never started cannot be joined.
    if (thread.isAlive()) {
      thread.join(PATIENCE);
    }
  }
}
