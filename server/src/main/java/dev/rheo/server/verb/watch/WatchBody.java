package dev.rheo.server.verb.watch;

import dev.rheo.api.options.InitialState;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.NotCachedException;
import dev.rheo.cache.WorkBudget;
import dev.rheo.server.verb.item.FilteredCursor;
import dev.rheo.server.verb.item.ItemBody;
import dev.rheo.server.verb.item.ItemEncoder;
import dev.rheo.server.verb.watch.Difference.Unchanged;
import dev.rheo.store.CompactedException;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A watch, or a watch list, on one stream: the state as of a revision, a bookmark, then every
 * change after that revision. It holds a position in a snapshot, later one in the event log, so a
 * peer that does not read costs nothing more.
 *
 * <pre>
 *   INITIAL ──state written──▶ LIVE ──deadline, shutdown──▶ ended (complete)
 *      │                        │
 *      └────────────────────────┼──history lost──▶ an ERROR event (410 Expired), then ended
 *                               └──type removed──▶ an ERROR event (404 NotFound), then ended
 * </pre>
 *
 * A plain watch starts LIVE. Events are written at the pace of the peer. The index decides on each
 * event (which versions match the selector), and its bytes come from the spool.
 *
 * <p>A client that said what it holds gets the {@link Difference}: unchanged objects are named in
 * bookmarks instead of being sent.
 *
 * <p>Source: KEP-3157, docs/informer-protocol.md, and the watch cache of kube-apiserver for the
 * type of the event when an object enters or leaves the selector.
 */
public final class WatchBody extends ItemBody {

  /** The annotation of the bookmark after the initial events. */
  private static final String INITIAL_END = "k8s.io/initial-events-end";

  private final WatchSpec spec;
  private final EventReader events;

  /** Effort of matching a version with the selection. */
  private final int price;

  private final WatchClock clock;

  /** The initial state still to be written; null once it is complete. */
  private @Nullable FilteredCursor initial;

  /** What the client holds of the initial state; null if nothing, and once it is complete. */
  private @Nullable Unchanged unchanged;

  private boolean initialBookmarkDue;
  private long lastRevision;

  private @Nullable Item pending;
  private boolean ended;
  private volatile boolean finishAsked;

  /** An event that was decided on, kept until it can be begun. */
  private record Item(String eventType, Entry entry, long revision) {}

  /**
   * @param spec the options of the watch
   * @param initial the initial state, or null for a plain watch
   * @param difference what need not be sent of the initial state; null to send all of it
   * @param events the changes after {@code revision}
   * @param revision the revision of the initial state, or the one from which the watch resumes
   */
  public WatchBody(
      WatchSpec spec,
      ItemEncoder items,
      WorkBudget effort,
      @Nullable FilteredCursor initial,
      @Nullable Difference difference,
      EventReader events,
      long revision,
      WatchClock clock) {
    super(items, effort);
    this.spec = spec;
    this.initial = initial;
    this.unchanged = difference == null ? null : difference.unchanged();
    this.events = events;
    events.within(effort);
    this.price = spec.selection().effort();
    this.lastRevision = revision;
    this.initialBookmarkDue = initial != null && spec.markInitialEnd();
    this.clock = clock;
  }

  @Override
  public void onReady(Runnable wake) {
    super.onReady(wake);
    events.onEvent(wake);
    clock.start(wake);
  }

  @Override
  public void finish() {
    finishAsked = true;
    wake();
  }

  @Override
  public boolean isOverdue() {
    return finishAsked || clock.deadlinePassed();
  }

  @Override
  protected State next() throws IOException {
    if (ended) {
      return State.END;
    }
    try {
      return step();
    } catch (NotCachedException e) {
      if (spec.type().customObjects() != null || spec.replaced().getAsBoolean()) {
        // As upstream: the client asks again, from where it is, and is told then.
        ended = true;
        return State.END;
      }
      return fail(ApiException.pathNotFound());
    } catch (IOException e) {
      if (e.getCause() instanceof ApiException refused) {
        // A form was refused, for instance by a webhook that should have converted an object.
        return fail(refused);
      }
      throw e;
    }
  }

  private State step() throws IOException {
    Item due = pending;
    if (due != null) {
      return begin(due);
    }
    if (isOverdue()) {
      return lastWords();
    }
    if (spec.unreadable().getAsBoolean()) {
      return fail(
          ApiException.internalError("an object of " + spec.resource() + " cannot be read"));
    }
    if (initial != null) {
      Entry entry = initial.next();
      if (entry != null) {
        return unchanged != null && unchanged.takes(entry)
            ? pass(unchanged)
            : begin(new Item("ADDED", entry, ItemEncoder.OWN_REVISION));
      }
      if (initial.paused()) {
        return State.MORE;
      }
      if (unchanged != null && !unchanged.isEmpty()) {
        return name(unchanged);
      }
      initial = null;
      unchanged = null;
      items.endAhead();
      spec.metrics().initialDone();
      if (initialBookmarkDue) {
        initialBookmarkDue = false;
        items.beginBookmark(lastRevision, INITIAL_END, "true");
        clock.bookmarkSent();
      }
      return State.MORE;
    }
    return nextEvent();
  }

  /** Passes over an object that the client holds. */
  private State pass(Unchanged objects) throws IOException {
    effort.spend(1);
    return objects.isFull() ? name(objects) : State.MORE;
  }

  private State name(Unchanged objects) throws IOException {
    spec.metrics().unchanged(objects.count());
    items.beginBookmark(lastRevision, InitialState.UNCHANGED, objects.take());
    return State.MORE;
  }

  private State nextEvent() throws IOException {
    CacheEvent event;
    try {
      event = events.next();
    } catch (CompactedException e) {
      return fail(
          ApiException.resourceExpired(
              "too old resource version: %d (%d)".formatted(lastRevision, e.compacted())));
    }
    if (event == null) {
      if (events.skipped()) {
        return State.MORE;
      }
      if (clock.bookmarkDue()) {
        // Also without bookmarks: regular reads keep the position ahead of compaction.
        clock.bookmarkSent();
        if (spec.bookmarks()) {
          items.beginBookmark(events.position());
          return State.MORE;
        }
      }
      clock.arm();
      return State.WAIT;
    }
    lastRevision = event.revision();
    effort.spend(2 * price);
    Item item = decide(event);
    return item == null ? State.MORE : begin(item);
  }

  private @Nullable Item decide(CacheEvent event) {
    Entry current = event.current();
    Entry previous = event.previous();
    boolean now = spec.selection().matches(current);
    boolean before = spec.selection().matches(previous);
    if (now) {
      return new Item(
          before ? "MODIFIED" : "ADDED", Objects.requireNonNull(current), ItemEncoder.OWN_REVISION);
    }
    if (before) {
      return new Item("DELETED", Objects.requireNonNull(previous), event.revision());
    }
    if (spec.selection().isOfAnotherShard(current != null ? current : previous)) {
      spec.metrics().ofAnotherShard();
    }
    return null;
  }

  private State begin(Item item) throws IOException {
    if (!items.ready(item.entry, item.revision)) {
      pending = item;
      return State.WAIT;
    }
    pending = null;
    items.beginEvent(item.eventType, item.entry, item.revision);
    spec.metrics().event(item.entry.length(), initial != null);
    return State.MORE;
  }

  /**
   * Ends the watch, with a last bookmark if bookmarks are allowed and the initial state is
   * complete.
   */
  private State lastWords() throws IOException {
    ended = true;
    if (spec.bookmarks() && initial == null) {
      items.beginBookmark(events.position());
      return State.MORE;
    }
    return State.END;
  }

  private State fail(ApiException error) {
    ended = true;
    writer.start(items.encoding().error(error));
    return State.MORE;
  }

  @Override
  public void close() {
    super.close();
    clock.stop();
    events.close();
    spec.metrics().ended();
  }

  @Override
  public String toString() {
    return "a watch of " + spec.resource();
  }
}
