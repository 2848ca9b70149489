package dev.rheo.cache;

import dev.rheo.cache.History.Change;
import dev.rheo.store.CompactedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A reader of events in the simulation, as a watch of the server is. For one task at a time. */
final class Watcher {
  /** Simulated time after which a reader that was not woken for an event will not be. */
  private static final long LATE = 500_000_000L;

  final WatchCache cache;
  final History history;
  final Scope scope;

  /** Index of the last change of its history that it got or began after. */
  int last;

  boolean woken = true;

  private final SimulatedWorld world;
  private final EventReader reader;
  private final FormReader forms;
  private final boolean waits;
  private final long after;
  private boolean ended;

  /** When it was first seen to sleep through an event since it was last asked; 0 if it was not. */
  private long lateSince;

  /**
   * @param waits whether it may not block: it then does nothing until it is woken
   */
  Watcher(
      SimulatedWorld world,
      WatchCache cache,
      History history,
      Scope scope,
      long after,
      boolean waits)
      throws CompactedException {
    this.world = world;
    this.cache = cache;
    this.history = history;
    this.scope = scope;
    this.after = after;
    this.waits = waits;
    this.forms = new FormReader(cache);
    this.last = history.after(after) - 1;
    this.reader = cache.resource(history.resource.name()).events(after, scope);
    if (waits) {
      reader.onEvent(() -> woken = true);
    }
  }

  /** Whether it will get no more events. */
  boolean ended() {
    return ended || world.isClosed(cache);
  }

  /** The next change that it must get, or null. */
  @Nullable Change expected() {
    for (int i = last + 1; i < history.changes.size(); i++) {
      if (history.changes.get(i).admitted(scope)) {
        return history.changes.get(i);
      }
    }
    return null;
  }

  /** Whether it has slept for long through an event that all readers were told of. */
  boolean isOverdue() {
    Change change = expected();
    if (woken || ended() || change == null || cache.routed().revision() < change.revision()) {
      lateSince = 0;
      return false;
    }
    long now = world.scheduler.nanoTime();
    lateSince = lateSince == 0 ? now : lateSince;
    return now - lateSince > LATE;
  }

  /** Takes events, unless it waits to be woken. */
  void poll(int most) throws IOException {
    for (int i = 0; i < most && woken && !ended(); i++) {
      long faults = world.disk.faults;
      woken = !waits;
      lateSince = 0;
      try {
        CacheEvent event = reader.next();
        if (event == null) {
          woken |= reader.skipped();
          long position = reader.position();
          world.scheduler.trace().add(this + " got nothing up to " + position);
          world.invariants.noGapWithoutStatus(
              this, history.after(position), "told position " + position);
          return;
        }
        woken = true;
        take(event);
      } catch (CompactedException e) {
        ended = true;
        if (!world.isClosed(cache)) {
          world.scheduler.trace().add(this + " lost " + reader.position());
          world.happened("positions lost", 1);
          world.invariants.lossOnlyIfCompacted(reader.position(), e.compacted());
        }
      } catch (IOException e) {
        woken = true;
        if (!world.isClosed(cache)) {
          world.scheduler.trace().add(this + " failed");
          world.happened("readers failed", 1);
          world.invariants.noErrorWithoutFault(e, faults);
        }
        return;
      }
    }
  }

  private void take(CacheEvent event) throws IOException {
    Entry current = event.current();
    Entry previous = event.previous();
    String key = current == null ? previous.key() : current.key();
    world.scheduler.trace().add(this + " got " + event.revision() + " " + key);
    world.happened("events", 1);
    int index = history.index(event.revision(), key);
    world.invariants.eventsStrictlyIncreasing(this, event, index);
    world.invariants.noGapWithoutStatus(this, index, "got " + event.revision() + " " + key);
    Change change = history.changes.get(index);
    world.invariants.onlyEventsInScope(this, change);
    last = index;
    world.invariants.eventsCarryBothVersions(change, change.form(), form(current));
    world.invariants.eventsCarryBothVersions(change, change.previous(), form(previous));
  }

  private @Nullable String form(@Nullable Entry entry) throws IOException {
    if (entry == null) {
      return null;
    }
    return waits
        ? world.read(forms, entry)
        : new String(forms.readFully(entry), StandardCharsets.UTF_8);
  }

  void close() {
    reader.close();
    forms.close();
  }

  @Override
  public String toString() {
    return "a watcher of %s, %s after %d".formatted(history.resource.name(), scope, after);
  }
}
