package dev.rheo.server.verb.read;

import dev.rheo.api.status.ApiException;
import dev.rheo.cache.CacheEvent;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.EventReader;
import dev.rheo.server.http.Body;
import dev.rheo.store.CompactedException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A watch, or a watch list: the state as of a revision, a bookmark, and then every change after
 * that revision, on one stream. What it holds is a place in a snapshot, then a position in the
 * event log; a peer that does not read costs nothing more.
 *
 * <pre>
 *   INITIAL ──state written──▶ LIVE ──deadline, shutdown──▶ ended (complete)
 *      │                        │
 *      └────────────────────────┴──history lost──▶ an ERROR event (410 Expired), then ended
 * </pre>
 *
 * A plain watch starts LIVE. Events are written at the pace of the peer; each is decided from the
 * index (which versions match the selector) and written from the spool.
 *
 * <p>Source: KEP-3157, and the watch cache of kube-apiserver for what an update is told as when an
 * object enters or leaves the selector.
 */
final class WatchBody implements Body {

  private static final Logger LOG = System.getLogger(WatchBody.class.getName());

  /** How many entries or events one draw looks at before others get their turn. */
  private static final int STEPS_PER_DRAW = 1024;

  private static final byte[] ADDED = bytes("{\"type\":\"ADDED\",\"object\":");
  private static final byte[] MODIFIED = bytes("{\"type\":\"MODIFIED\",\"object\":");
  private static final byte[] DELETED = bytes("{\"type\":\"DELETED\",\"object\":");
  private static final byte[] AFTER = bytes("}\n");

  private final WatchSpec spec;
  private final FormWriter writer;
  private final Items items;
  private final EventReader events;
  private final WatchClock clock;

  /** The state still to be written; null once that is done. */
  private @Nullable EntryCursor initial;

  private boolean initialBookmarkDue;
  private long lastRevision;

  private @Nullable Item pending;
  private Runnable wake = () -> {};
  private boolean ended;
  private boolean giveWay;
  private volatile boolean finishAsked;

  /** An item that was decided on but could not be begun yet. */
  private record Item(byte[] before, Entry entry, long revision) {}

  /**
   * @param spec what is asked
   * @param initial the state to begin with, or null for a plain watch
   * @param events the changes after it
   * @param revision the revision of the state, or the one from which the watch resumes
   */
  WatchBody(
      WatchSpec spec,
      FormWriter writer,
      Items items,
      @Nullable EntryCursor initial,
      EventReader events,
      long revision,
      WatchClock clock) {
    this.spec = spec;
    this.writer = writer;
    this.items = items;
    this.initial = initial;
    this.events = events;
    this.lastRevision = revision;
    this.initialBookmarkDue = initial != null && spec.markInitialEnd();
    this.clock = clock;
  }

  @Override
  public void onReady(Runnable wake) {
    this.wake = wake;
    events.onEvent(wake);
    clock.start(wake);
  }

  @Override
  public void finish() {
    finishAsked = true;
    wake.run();
  }

  @Override
  public State draw(ByteBuf out) {
    try {
      for (int step = 0; step < STEPS_PER_DRAW; step++) {
        switch (writer.write(out)) {
          case FULL -> {
            return State.MORE;
          }
          case COLD -> {
            writer.load(wake);
            return State.WAIT;
          }
          case DONE -> {}
        }
        if (ended) {
          return State.END;
        }
        State state = pending != null ? begin(pending) : next();
        if (state != State.MORE || giveWay) {
          giveWay = false;
          return state;
        }
      }
      return State.MORE;
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "a watch of " + spec.resource() + " broke off", e);
      return State.ABORT;
    }
  }

  /** Decides what comes next. MORE: an item was begun, or one was passed over. */
  private State next() throws IOException {
    if (finishAsked || clock.deadlinePassed()) {
      return lastWords();
    }
    if (initial != null) {
      Entry entry = initial.next();
      if (entry != null) {
        return spec.selection().matches(entry)
            ? begin(new Item(ADDED, entry, Items.OWN_REVISION))
            : State.MORE;
      }
      initial = null;
      spec.metrics().initialDone();
      if (initialBookmarkDue) {
        initialBookmarkDue = false;
        writer.start(spec.bookmark(lastRevision, true));
        clock.bookmarkSent();
      }
      return State.MORE;
    }
    return nextEvent();
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
        // It passed over many events of others: let other streams have their turn.
        giveWay = true;
        return State.MORE;
      }
      if (clock.bookmarkDue()) {
        // Also without bookmarks: being asked now and then keeps the position young.
        clock.bookmarkSent();
        if (spec.bookmarks()) {
          writer.start(spec.bookmark(events.position(), false));
          return State.MORE;
        }
      }
      clock.arm();
      return State.WAIT;
    }
    lastRevision = event.revision();
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
          before ? MODIFIED : ADDED, Objects.requireNonNull(current), Items.OWN_REVISION);
    }
    if (before) {
      return new Item(DELETED, Objects.requireNonNull(previous), event.revision());
    }
    return null;
  }

  private State begin(Item item) throws IOException {
    if (items.begin(writer, item.before, item.entry, item.revision, AFTER, wake)) {
      pending = null;
      spec.metrics().event(item.entry.length());
      return State.MORE;
    }
    pending = item;
    return State.WAIT;
  }

  /** A watch that is ended in order says how far it came, if it may. */
  private State lastWords() {
    ended = true;
    if (spec.bookmarks() && initial == null) {
      writer.start(spec.bookmark(events.position(), false));
      return State.MORE;
    }
    return State.END;
  }

  private State fail(ApiException error) {
    ended = true;
    writer.start(errorEvent(error));
    return State.MORE;
  }

  /** The event that tells, after the start of a watch, that it cannot go on. */
  static byte[] errorEvent(ApiException error) {
    return event("ERROR", error.status().toJson());
  }

  /** An event whose object is at hand. */
  static byte[] event(String kind, byte[] object) {
    byte[] head = bytes("{\"type\":\"" + kind + "\",\"object\":");
    byte[] out = Arrays.copyOf(head, head.length + object.length + AFTER.length);
    System.arraycopy(object, 0, out, head.length, object.length);
    System.arraycopy(AFTER, 0, out, head.length + object.length, AFTER.length);
    return out;
  }

  private static byte[] bytes(String s) {
    return s.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    clock.stop();
    events.close();
    spec.metrics().ended();
  }
}
