package dev.rheo.cache;

import dev.rheo.store.CompactedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A position in the event log of a resource: some hundred bytes, whatever the backlog. Used by one
 * thread at a time; {@code close} may come from any.
 *
 * <p>The loop of a reader that must not block:
 *
 * <pre>
 *   reader.onEvent(wake);
 *   ...
 *   while ((event = reader.next()) != null) { ... }
 *   if (reader.skipped()) ask again after others had their turn; no wake-up will come
 *   else                  wait for the wake-up
 * </pre>
 */
public interface EventReader extends AutoCloseable {
  /**
   * The next event in the scope, or null if there is none now. Events outside the scope may be
   * passed over. Never blocks once {@link #onEvent} was called; before that it may read the disk.
   *
   * @throws CompactedException if the position fell out of the retained history; it stays so
   * @throws IOException if the history could not be read
   */
  @Nullable CacheEvent next() throws CompactedException, IOException;

  /**
   * Why the last {@link #next} returned null: true if it gave up after passing over many events
   * (call it again, no wake-up will come); false if there is nothing more, or if what comes next is
   * being read from the disk. The wake-up is then run as soon as asking again makes sense.
   */
  boolean skipped();

  /**
   * Sets from whose allowance {@link #next} takes what it looks at; it gives up when that is spent.
   * Without, each call has one of its own.
   */
  void within(Effort effort);

  /**
   * Every change up to and including this revision was handed out or lies outside the scope: what a
   * bookmark may carry. Runs ahead with the cache while nothing in the scope happens.
   */
  long position();

  /**
   * Sets, once and before the reader is used, what is run after {@link #next} returned null and a
   * change in the scope arrived. It runs on a thread of the cache, must be cheap and not block, may
   * run when there turns out to be nothing, and runs at most once for each null.
   */
  void onEvent(Runnable wake);

  @Override
  void close();
}
