package dev.rheo.client;

import dev.rheo.client.reflector.End;
import dev.rheo.client.reflector.Feed;
import dev.rheo.client.reflector.FeedCounters;
import dev.rheo.client.reflector.FeedListener;
import dev.rheo.client.reflector.Reflector;
import dev.rheo.client.reflector.ReflectorState;
import dev.rheo.client.reflector.Resource;
import dev.rheo.client.store.LiveStore;
import dev.rheo.client.store.Packing;
import dev.rheo.client.store.Reader;
import dev.rheo.client.store.Receiver;
import dev.rheo.client.transport.ObjectFormat;
import dev.rheo.client.wire.ObjectHead;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A local copy of a resource that is kept up to date, shared by all who want to read it or to be
 * told of changes.
 *
 * <p>It asks for a watch list (KEP-3157) and falls back to a list and a watch where the server has
 * none. Its store is the only copy: a relist goes into it by difference. What the copy shows while
 * a relist is under way is described at {@link LiveStore}. Safe for use by many threads.
 *
 * @param <T> the host client's class for the objects
 */
public final class Informer<T> implements AutoCloseable {
  private final Informers informers;
  private final Resource resource;
  private final LiveStore<T> store;
  private final Function<Reflector, Feed<T>> feeds;
  private final Faults faults;
  private final List<Handler> handlers = new CopyOnWriteArrayList<>();
  private final FeedCounters counters = new FeedCounters();
  private final CompletableFuture<Void> synced = new CompletableFuture<>();

  /** Guards what follows. */
  private final Object lock = new Object();

  private @Nullable Feed<T> feed;
  private @Nullable Reflector reflector;
  private boolean running;
  private boolean closed;

  private volatile boolean hasSynced;

  private Informer(Builder<T> builder) {
    this.informers = builder.informers;
    this.resource = builder.resource;
    this.store = new LiveStore<>(builder.packing, builder.indexes, builder.logBound);
    this.faults = new Faults(builder.resource.path(), builder.onFault);
    this.feeds =
        next ->
            new Feed<>(
                builder.resource,
                informers.transport(),
                builder.format,
                builder.transform,
                builder.metadataOnly,
                store,
                informers.settings(),
                next,
                informers.timing(),
                new Listener(),
                counters);
  }

  // --- Start and stop.

  /** Starts the informer; does nothing if it runs. After a stop it goes on with what it has. */
  public void start() {
    synchronized (lock) {
      if (closed) {
        throw new IllegalStateException("the informer of " + resource.path() + " is closed");
      }
      if (running) {
        return;
      }
      running = true;
      Reflector fresh =
          new Reflector(
              informers.settings(),
              informers.server(resource),
              informers.random(),
              store::newRound);
      if (store.size() > 0) {
        // A replica that lags must not take back what is here.
        fresh.fromMostRecent();
      }
      Feed<T> before = feed;
      Feed<T> next = feeds.apply(fresh);
      reflector = fresh;
      feed = next;
      // A store has one writer: the former one may still be about to see that it is stopped.
      CompletableFuture<Void> free =
          before == null ? CompletableFuture.completedFuture(null) : before.ended();
      free.whenComplete((done, none) -> run(next));
    }
  }

  private void run(Feed<T> next) {
    try {
      informers.executor().execute(next);
    } catch (RuntimeException | Error e) {
      next.abandon();
      synchronized (lock) {
        running = running && feed != next;
      }
      faults.tell(new InformerFault(InformerFault.Kind.REQUEST, "cannot be run: " + e, 0, e));
    }
  }

  /** Stops following the server. The store keeps what it has, and the handlers stay. */
  public void stop() {
    Feed<T> stopping;
    synchronized (lock) {
      running = false;
      stopping = feed;
    }
    if (stopping != null) {
      stopping.stop();
    }
  }

  /** Stops for good and removes all handlers. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    stop();
    handlers.forEach(Handler::close);
    informers.remove(this);
    synced.completeExceptionally(
        new IllegalStateException("the informer of " + resource.path() + " was closed"));
  }

  // --- Handlers.

  /** Adds a handler, which is first told all objects that there are. */
  public HandlerRegistration addHandler(EventHandler<? super T> handler) {
    return addHandler(handler, Duration.ZERO);
  }

  /**
   * Adds a handler that is told all objects again from time to time.
   *
   * @param resync the time from one resync to the next; zero for none
   */
  public HandlerRegistration addHandler(EventHandler<? super T> handler, Duration resync) {
    Handler added = new Handler(handler, resync);
    handlers.add(added);
    added.open();
    return added;
  }

  /**
   * Whether the store is complete, that is, a watch list has been read to its end bookmark or a
   * list to its end, and each handler that was there by then has been told all of it.
   */
  public boolean hasSynced() {
    return hasSynced;
  }

  /**
   * Waits until the informer has synced.
   *
   * @return false if the time is over and it has not, or if it is closed
   */
  public boolean awaitSync(Duration time) throws InterruptedException {
    try {
      synced.get(time.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    }
  }

  /**
   * Completes when the informer has synced, exceptionally if it is closed before. Completing it has
   * no effect on the informer.
   */
  public CompletableFuture<Void> synced() {
    return synced.copy();
  }

  // --- The store.

  /** The object, or null. For objects without a namespace pass an empty one. */
  public @Nullable T get(String namespace, String name) {
    return store.get(namespace.isEmpty() ? name : namespace + "/" + name);
  }

  /** The store: objects, keys and indexes. */
  public LiveStore<T> store() {
    return store;
  }

  /** All objects. */
  public List<T> list() {
    return store.list();
  }

  // --- How it is.

  /** What the informer keeps. */
  public Resource resource() {
    return resource;
  }

  /** How the informer is. */
  public InformerHealth health() {
    Reflector current;
    boolean runs;
    synchronized (lock) {
      current = reflector;
      runs = running;
    }
    return new InformerHealth(
        runs,
        hasSynced(),
        current == null ? ReflectorState.STOPPED : current.state(),
        store.resourceVersion(),
        store.size(),
        store.logLength(),
        counters.unreadable(),
        current == null ? null : current.lastFault());
  }

  /** What it has done since it was built. */
  public FeedCounters counters() {
    return counters;
  }

  private void checkSynced() {
    if (store.synced() && !hasSynced && handlers.stream().allMatch(Handler::hasSynced)) {
      hasSynced = true;
      // What somebody does then must not keep the feed from its stream.
      try {
        informers.executor().execute(() -> synced.complete(null));
      } catch (RuntimeException e) {
        synced.complete(null);
      }
    }
  }

  /** What the feed tells. */
  private final class Listener implements FeedListener {
    @Override
    public void failed(ReflectorState state, End end) {
      int status = end instanceof End.Refused refused ? refused.refusal().code() : 0;
      faults.tell(
          new InformerFault(InformerFault.Kind.REQUEST, state + ": " + end.text(), status, null));
    }

    @Override
    public void unreadable(String key, Exception why) {
      faults.tell(
          new InformerFault(InformerFault.Kind.OBJECT, key + ": " + why.getMessage(), 0, why));
    }

    @Override
    public void complete(String resourceVersion, int swept) {
      checkSynced();
    }
  }

  /** A handler and its reader. */
  private final class Handler implements HandlerRegistration, Receiver<T> {
    private final EventHandler<? super T> handler;
    private final Duration resync;
    private volatile @Nullable Reader<T> reader;
    private volatile Runnable resyncOrder = () -> {};
    private volatile boolean gone;

    Handler(EventHandler<? super T> handler, Duration resync) {
      this.handler = handler;
      this.resync = resync;
    }

    void open() {
      reader = Reader.open(store, this, informers.executor());
      // It may have been told everything before this object knew its reader.
      checkSynced();
      boolean over;
      synchronized (lock) {
        over = closed;
      }
      if (over || gone) {
        close();
        return;
      }
      orderResync();
    }

    private void orderResync() {
      if (!resync.isZero() && !gone) {
        resyncOrder =
            informers
                .timing()
                .later(
                    resync,
                    () -> {
                      Reader<T> told = reader;
                      if (told != null && !gone && store.synced()) {
                        told.resync();
                      }
                      orderResync();
                    });
        if (gone) {
          resyncOrder.run();
        }
      }
    }

    @Override
    public boolean hasSynced() {
      Reader<T> opened = reader;
      return opened != null && opened.synced();
    }

    @Override
    public long behind() {
      Reader<T> opened = reader;
      return opened == null ? 0 : opened.behind();
    }

    @Override
    public void close() {
      gone = true;
      resyncOrder.run();
      handlers.remove(this);
      Reader<T> opened = reader;
      if (opened != null) {
        opened.close();
      }
      checkSynced();
    }

    @Override
    public void added(T object, boolean initial) {
      handler.onAdd(object, initial);
    }

    @Override
    public void updated(T before, T object) {
      handler.onUpdate(before, object);
    }

    @Override
    public void deleted(T object, boolean lastKnown) {
      handler.onDelete(object, lastKnown);
    }

    @Override
    public void listing() {
      handler.onListing();
    }

    @Override
    public void listed(String version, boolean empty) {
      handler.onListed(version, empty);
    }

    @Override
    public void synced() {
      try {
        handler.onSynced();
      } finally {
        checkSynced();
      }
    }

    @Override
    public void failed(Throwable fault) {
      faults.tell(
          new InformerFault(InformerFault.Kind.HANDLER, "a handler failed: " + fault, 0, fault));
    }
  }

  /**
   * Builds an informer.
   *
   * @param <T> the host client's class for the objects
   */
  public static final class Builder<T> {
    private final Informers informers;
    private final Resource resource;
    private final ObjectFormat<T> format;
    private Packing<T> packing = Packing.objects();
    private final Map<String, Function<T, ? extends Collection<String>>> indexes =
        new LinkedHashMap<>();
    private @Nullable UnaryOperator<T> transform;
    private List<T> present = List.of();
    private boolean metadataOnly;
    private int logBound = 10_000;
    private @Nullable Consumer<InformerFault> onFault;

    Builder(Informers informers, Resource resource, ObjectFormat<T> format) {
      this.informers = informers;
      this.resource = resource;
      this.format = format;
    }

    /** Adds an index: a name, and a function from an object to the values by which it is found. */
    public Builder<T> index(String name, Function<T, ? extends Collection<String>> function) {
      if (indexes.putIfAbsent(name, function) != null) {
        throw new IllegalArgumentException("there is an index '" + name + "' already");
      }
      return this;
    }

    /** Changes each object before it is kept, for example to drop what nobody reads. */
    public Builder<T> transform(UnaryOperator<T> function) {
      transform = function;
      return this;
    }

    /**
     * Fills the store before the server is asked, for example with what an earlier process kept.
     * The first list changes it by difference: what the server does not have is deleted.
     */
    public Builder<T> startWith(Collection<T> objects) {
      present = List.copyOf(objects);
      return this;
    }

    /** Asks for the metadata of the objects alone, and keeps nothing else. */
    public Builder<T> metadataOnly() {
      metadataOnly = true;
      return this;
    }

    /** Keeps the objects as the bytes that came. They are decoded at each read. */
    public Builder<T> keepBytes() {
      packing = Packing.bytes(format);
      return this;
    }

    /** Keeps the objects as compressed bytes. They are decoded at each read. */
    public Builder<T> keepCompressed() {
      packing = Packing.compressed(format);
      return this;
    }

    /** Keeps the objects in a way of its own. */
    public Builder<T> packing(Packing<T> chosen) {
      packing = chosen;
      return this;
    }

    /**
     * From how many changes on that a handler has not been told, several changes of one object are
     * told as one.
     *
     * @param changes at least 1; 10,000 by default
     */
    public Builder<T> compactAt(int changes) {
      if (changes < 1) {
        throw new IllegalArgumentException("the bound must be at least 1, not " + changes);
      }
      logBound = changes;
      return this;
    }

    /**
     * Is told what goes wrong. By default it is logged. Called by the informer's threads; must not
     * block.
     */
    public Builder<T> onFault(Consumer<InformerFault> handler) {
      onFault = handler;
      return this;
    }

    /** The informer, not started. */
    public Informer<T> build() {
      Informer<T> informer = new Informer<>(this);
      for (T object : present) {
        try {
          byte[] bytes = format.encode(object);
          ObjectHead head = ObjectHead.of(bytes, 0, bytes.length);
          // No round has this number, so the object is not taken for one that a list has named.
          informer.store.put(head, head.key(), 0, object, bytes);
        } catch (IOException e) {
          throw new IllegalArgumentException(
              "an object to start with cannot be kept: " + e.getMessage(), e);
        }
      }
      informers.add(informer);
      return informer;
    }
  }
}
