package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A position in the event log of a resource: a few hundred bytes, whatever the backlog. Used by one
 * thread at a time; any thread may call {@code close}.
 *
 * <p>The loop of a reader that must not block:
 *
 * <pre>
 *   reader.onEvent(wake);
 *   ...
 *   while ((event = reader.next()) != null) { ... }
 *   if (reader.skipped()) let others run, then ask again; no wake-up will come
 *   else                  wait for the wake-up
 * </pre>
 */
public interface EventReader extends AutoCloseable {
  /**
   * The next event in the scope, or null if there is none now. Passes over events outside the
   * scope. Without {@link #onEvent} it waits for the disk whenever the event is not in memory; with
   * it, only after {@value FormReader#PATIENT_LOADS} loads in a row brought nothing.
   *
   * @throws CompactedException if the position fell out of the retained history; all later calls
   *     throw it too
   * @throws IOException if the history could not be read
   * @throws NotCachedException if the resource was removed; all later calls throw it too
   */
  @Nullable CacheEvent next() throws CompactedException, IOException;

  /**
   * Why the last {@link #next} returned null. True: it passed over so many events that its
   * allowance is spent; call it again, no wake-up will come. False: there are no more events, or
   * the next one is being read from the disk; the wake-up runs as soon as another call is
   * worthwhile.
   */
  boolean skipped();

  /**
   * Sets the allowance that {@link #next} draws on; it gives up when that is spent. By default each
   * call has an allowance of its own.
   */
  void within(WorkBudget effort);

  /**
   * Every change up to and including this revision was returned or lies outside the scope, so that
   * a bookmark may carry it. Advances with the cache while nothing in the scope changes.
   */
  long position();

  /**
   * Sets the wake-up: once, and before the reader is used. It runs when a change in the scope
   * arrives after {@link #next} returned null, at most once for each null, and sometimes without an
   * event, such as when the resource is removed. It runs on a thread of the cache, so it must be
   * cheap and must not block.
   */
  void onEvent(Runnable wake);

  @Override
  void close();
}
