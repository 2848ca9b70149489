package dev.rheo.client.store;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Gives the changes of a store to one receiver, in order and one at a time, at the receiver's own
 * pace.
 *
 * <p>It first tells all objects that are there when it is opened, then each change. Where it is
 * asked to ({@link #resync}), it tells all objects again, but only when it has no change left to
 * tell, so that the receiver never sees a state that is ahead of its changes.
 *
 * <p>It occupies a thread of the executor only while it has something to tell. Methods are safe to
 * call from any thread.
 *
 * @param <T> the host client's class for the objects
 */
public final class Reader<T> {
  private static final int BATCH = 64;

  private final LiveStore<T> store;
  private final Receiver<T> receiver;
  private final Executor executor;

  /** Above zero while a run is under way; more than one if something has come since. */
  private final AtomicInteger work = new AtomicInteger();

  private ChangeLog.@Nullable Position position;
  private final Deque<Change> present = new ArrayDeque<>();
  private boolean syncedAtStart;
  private @Nullable Iterator<String> again;
  private @Nullable String againKey;
  private volatile boolean resyncWanted;
  private volatile boolean synced;
  private volatile boolean closed;

  private Reader(LiveStore<T> store, Receiver<T> receiver, Executor executor) {
    this.store = store;
    this.receiver = receiver;
    this.executor = executor;
  }

  /** Opens a reader, which begins at once. */
  public static <T> Reader<T> open(LiveStore<T> store, Receiver<T> receiver, Executor executor) {
    Reader<T> reader = new Reader<>(store, receiver, executor);
    store.addReader(reader);
    return reader;
  }

  /** Whether the receiver has been told all that the store had when it was complete first. */
  public boolean synced() {
    return synced;
  }

  /** How many changes the receiver has not been told. */
  public long behind() {
    return store.behind(this);
  }

  /** Asks to tell all objects again. A request while another is under way is the same one. */
  public void resync() {
    resyncWanted = true;
    wake();
  }

  /** Tells nothing more. A call of the receiver that is under way goes on. */
  public void close() {
    closed = true;
    store.removeReader(this);
  }

  /** Called by the store with its lock held. */
  void begin(ChangeLog.Position at, List<Change> there, boolean storeSynced) {
    position = at;
    present.addAll(there);
    syncedAtStart = storeSynced;
  }

  ChangeLog.Position position() {
    ChangeLog.Position opened = position;
    if (opened == null) {
      throw new IllegalStateException("the reader has not begun");
    }
    return opened;
  }

  /** There may be something to tell. */
  void wake() {
    if (!closed && work.getAndIncrement() == 0) {
      try {
        executor.execute(this::run);
      } catch (RejectedExecutionException e) {
        if (executor instanceof ExecutorService service && service.isShutdown()) {
          // Nothing can be told any more, and nothing is kept for it.
          close();
        } else {
          // It has no room now: the next change tries again.
          work.set(0);
          fail(e);
        }
      } catch (RuntimeException | Error e) {
        work.set(0);
        throw e;
      }
    }
  }

  private void run() {
    int seen;
    do {
      seen = work.get();
      tellAll();
    } while (!work.compareAndSet(seen, 0));
    if (closed) {
      present.clear();
    }
  }

  private void tellAll() {
    Change first;
    while (!closed && (first = present.poll()) != null) {
      tell(first);
    }
    if (syncedAtStart && !closed) {
      syncedAtStart = false;
      becomeSynced();
    }
    while (!closed) {
      List<Change> changes = store.take(this, BATCH);
      for (Change change : changes) {
        if (closed) {
          return;
        }
        tell(change);
      }
      if (changes.isEmpty() && !tellAgain()) {
        return;
      }
    }
  }

  /** Tells the next of the objects that are to be told again; false if there are none. */
  private boolean tellAgain() {
    Iterator<String> keys = again;
    if (keys == null) {
      if (!resyncWanted) {
        return false;
      }
      resyncWanted = false;
      keys = store.keys().iterator();
      again = keys;
    }
    for (int told = 0; !closed && told < BATCH; told++) {
      String key = againKey;
      if (key == null) {
        if (!keys.hasNext()) {
          again = null;
          return resyncWanted;
        }
        key = keys.next();
      }
      Object packed = store.takePresent(this, key);
      if (packed == null && !store.atEnd(this)) {
        // A change has come, which is told first.
        againKey = key;
        return true;
      }
      againKey = null;
      if (packed != null) {
        call(
            () -> {
              T object = store.unpack(packed);
              receiver.updated(object, object);
            });
      }
    }
    return true;
  }

  private void tell(Change change) {
    Object packed = change.object;
    if (packed == null) {
      switch (change.type) {
        case LISTING -> call(receiver::listing);
        case LISTED -> call(() -> receiver.listed(change.key, change.flag));
        default -> becomeSynced();
      }
      return;
    }
    call(
        () -> {
          T object = store.unpack(packed);
          switch (change.type) {
            case ADD -> receiver.added(object, change.flag);
            case UPDATE ->
                receiver.updated(
                    change.before == null ? object : store.unpack(change.before), object);
            case DELETE -> receiver.deleted(object, change.flag);
            default -> {}
          }
        });
  }

  private void becomeSynced() {
    synced = true;
    call(receiver::synced);
  }

  private void call(Runnable telling) {
    try {
      telling.run();
    } catch (Throwable fault) {
      // Whatever a receiver throws, the next change is told.
      fail(fault);
    }
  }

  private void fail(Throwable fault) {
    try {
      receiver.failed(fault);
    } catch (RuntimeException | Error ignored) {
      // There is nobody left to tell it to.
    }
  }
}
