package dev.rheo.cache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one resource that wait for an event, grouped by what they wait for, so that an
 * event touches only readers whose scope it may lie in. A reader is in one list only, that of the
 * narrowest part of its scope. A reader that does not wait costs nothing.
 */
final class Waiters {
  /** A reader as a list node. */
  abstract static class Waiter {
    private final Route route;
    private @Nullable Waiter before;
    private @Nullable Waiter after;
    private @Nullable Ring ring;

    /** Whether it waits. Set under the lock; the reader reads it without the lock. */
    volatile boolean armed;

    /** The event that woke it: earlier ones since it was armed do not concern it; -1 if unknown. */
    volatile long wokenBy = -1;

    Waiter(Scope scope) {
      route = Route.of(scope);
    }

    abstract void wake();
  }

  /** A circular list; the head is no reader. */
  private static final class Ring extends Waiter {
    private final Map<String, Ring> home;
    private final String key;
    int size;

    Ring(Map<String, Ring> home, String key) {
      super(Scope.ALL);
      this.home = home;
      this.key = key;
    }

    @Override
    void wake() {}
  }

  /** Where a reader waits: {@code kind} names a map of lists, {@code value} is the key in it. */
  private record Route(String kind, String value) {
    static final String ALL = "all";
    static final String NAMESPACE = "namespace";
    static final String OBJECT = "object";
    static final String NAME = "name";

    /** Prefix of a selectable field's name. */
    static final String FIELD = "field:";

    static Route of(Scope scope) {
      if (scope.name() != null) {
        return scope.namespace() == null
            ? new Route(NAME, scope.name())
            : new Route(OBJECT, scope.namespace() + "/" + scope.name());
      }
      if (scope.field() != null && scope.fieldValue() != null) {
        return new Route(FIELD + scope.field(), scope.fieldValue());
      }
      return scope.namespace() == null
          ? new Route(ALL, "")
          : new Route(NAMESPACE, scope.namespace());
    }
  }

  private final ReentrantLock lock;
  private final Map<String, Map<String, Ring>> rings = new HashMap<>();
  private int waiting;

  Waiters(Threads threads) {
    lock = threads.lock();
  }

  int waiting() {
    lock.lock();
    try {
      return waiting;
    } finally {
      lock.unlock();
    }
  }

  /** Lets the next event on the reader's route wake it. */
  void arm(Waiter waiter) {
    lock.lock();
    try {
      if (waiter.armed) {
        return;
      }
      Map<String, Ring> home = rings.computeIfAbsent(waiter.route.kind, kind -> new HashMap<>());
      Ring ring = home.get(waiter.route.value);
      if (ring == null) {
        ring = new Ring(home, waiter.route.value);
        link(ring, ring);
        home.put(waiter.route.value, ring);
      }
      Waiter last = before(ring);
      link(last, waiter);
      link(waiter, ring);
      waiter.ring = ring;
      ring.size++;
      waiting++;
      waiter.wokenBy = -1;
      waiter.armed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Removes the reader from its list, if it waits. */
  void disarm(Waiter waiter) {
    lock.lock();
    try {
      Ring ring = waiter.ring;
      if (ring == null) {
        return;
      }
      link(before(waiter), after(waiter));
      waiter.before = null;
      waiter.after = null;
      waiter.ring = null;
      waiter.armed = false;
      waiting--;
      if (--ring.size == 0) {
        ring.home.remove(ring.key);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Moves the readers that an event concerns from their lists to {@code into}. */
  void collect(long number, CacheEvent event, List<Waiter> into) {
    lock.lock();
    try {
      if (waiting == 0) {
        return;
      }
      Entry current = event.current();
      Entry previous = event.previous();
      Entry any = current != null ? current : previous;
      if (any == null) {
        return;
      }
      take(Route.ALL, "", number, into);
      Map<String, Ring> byNamespace = rings.get(Route.NAMESPACE);
      if (byNamespace != null && !byNamespace.isEmpty()) {
        take(Route.NAMESPACE, any.namespace(), number, into);
      }
      Map<String, Ring> byObject = rings.get(Route.OBJECT);
      if (byObject != null && !byObject.isEmpty()) {
        take(Route.OBJECT, any.key(), number, into);
      }
      Map<String, Ring> byName = rings.get(Route.NAME);
      if (byName != null && !byName.isEmpty()) {
        take(Route.NAME, any.name(), number, into);
      }
      String[] names = any.values().names();
      for (int i = 0; i < names.length && rings.size() > 0; i++) {
        String kind = Route.FIELD.concat(names[i]);
        Map<String, Ring> byValue = rings.get(kind);
        if (byValue == null || byValue.isEmpty()) {
          continue;
        }
        if (current != null) {
          take(kind, current.values().array()[i], number, into);
        }
        if (previous != null) {
          take(kind, previous.values().array()[i], number, into);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Moves all readers to {@code into}: a new generation has replaced the log that they read. */
  void collectAll(List<Waiter> into) {
    lock.lock();
    try {
      for (String kind : List.copyOf(rings.keySet())) {
        for (String value : new ArrayList<>(rings.getOrDefault(kind, Map.of()).keySet())) {
          take(kind, value, -1, into);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void take(String kind, String value, long number, List<Waiter> into) {
    Map<String, Ring> home = rings.get(kind);
    Ring ring = home == null ? null : home.get(value);
    if (ring == null) {
      return;
    }
    for (Waiter w = after(ring); w != ring; ) {
      Waiter next = after(w);
      w.before = null;
      w.after = null;
      w.ring = null;
      w.wokenBy = number;
      w.armed = false;
      into.add(w);
      w = next;
    }
    waiting -= ring.size;
    ring.size = 0;
    ring.home.remove(value);
  }

  private static void link(Waiter a, Waiter b) {
    a.after = b;
    b.before = a;
  }

  private static Waiter before(Waiter waiter) {
    Waiter before = waiter.before;
    if (before == null) {
      throw new AssertionError("not in a list");
    }
    return before;
  }

  private static Waiter after(Waiter waiter) {
    Waiter after = waiter.after;
    if (after == null) {
      throw new AssertionError("not in a list");
    }
    return after;
  }
}
