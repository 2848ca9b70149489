package dev.rheo.server.verb.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.options.HeldState;
import dev.rheo.api.options.InitialState;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.ReadPlan;
import dev.rheo.api.options.ResourceVersion;
import dev.rheo.api.options.WatchPlan;
import dev.rheo.api.status.ApiException;
import dev.rheo.cache.Entry;
import dev.rheo.cache.EntryCursor;
import dev.rheo.cache.EventReader;
import dev.rheo.cache.FormReader;
import dev.rheo.cache.ResourceCache;
import dev.rheo.cache.Scope;
import dev.rheo.cache.Snapshot;
import dev.rheo.cache.WatchCache;
import dev.rheo.cache.WorkBudget;
import dev.rheo.codec.gzip.GzipMember;
import dev.rheo.codec.schema.ListMetadata;
import dev.rheo.edge.Body;
import dev.rheo.edge.BytesBody;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.verb.item.FilteredCursor;
import dev.rheo.server.verb.item.ItemBody;
import dev.rheo.server.verb.item.ItemEncoder;
import dev.rheo.server.verb.item.Selection;
import dev.rheo.server.verb.watch.Difference;
import dev.rheo.server.verb.watch.WatchBody;
import dev.rheo.server.verb.watch.WatchClock;
import dev.rheo.server.verb.watch.WatchMetrics;
import dev.rheo.server.verb.watch.WatchSpec;
import dev.rheo.store.CompactedException;
import dev.rheo.store.RevisionStore;
import io.netty.util.HashedWheelTimer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The reading verbs. Each method waits until the cache is as fresh as the request demands, finds
 * the state or position to read from, and returns a body that is drawn from there; nothing is
 * assembled.
 *
 * <p>Source: the tables of resourceVersion semantics in KEP-2340 and KEP-3157, as implemented by
 * kube-apiserver 1.36. Thread-safe. Methods block, waiting for the cache for {@link
 * Freshness#PATIENCE} at most, so they belong on virtual threads.
 */
public final class Reads {

  /** Watches without a timeout end after a random time between this and twice this. */
  static final Duration WATCH_LIFETIME = Duration.ofMinutes(30);

  /** Answers of more bytes are compressed for clients that accept it, as kube-apiserver does. */
  public static final long COMPRESS_ABOVE = 128 * 1024;

  /** Limit on the effort of {@link #sizeAtLeast}. */
  private static final int SIZING_EFFORT = 4096;

  private final WatchCache cache;
  private final Freshness freshness;
  private final StoreReads stored;
  private final HashedWheelTimer timer;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;

  /**
   * @param timer wakes watches for bookmarks and deadlines
   * @param nanoTime the clock of deadlines, as {@link System#nanoTime}
   */
  public Reads(
      RevisionStore store,
      WatchCache cache,
      HashedWheelTimer timer,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.cache = cache;
    this.freshness = new Freshness(store, cache);
    this.stored = new StoreReads(store);
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /**
   * How to write an answer.
   *
   * @param gzip whether the client accepts gzip
   */
  public record ResponseOptions(Encoding encoding, boolean gzip) {
    /** Whether an answer of this size is written from shared compressed forms. */
    boolean compress(long size) {
      return gzip && size > COMPRESS_ABOVE && encoding.cells() == null;
    }
  }

  /**
   * A body to draw, and its properties.
   *
   * @param atLeast a lower bound of its size in bytes, only as exact as the decision on compression
   *     needs
   * @param gzipped whether it is compressed
   */
  public record Answer(Body body, long atLeast, boolean gzipped) {}

  /**
   * A watch to draw.
   *
   * @param initial the state that its initial events show; null if it has none, or no bookmark
   *     after them that the client can read
   */
  public record OpenedWatch(Body body, @Nullable InitialState initial) {}

  /** An object that was found. */
  public final class FoundObject {
    private final Entry entry;

    private FoundObject(Entry entry) {
      this.entry = entry;
    }

    /**
     * The object as a body to draw.
     *
     * @throws ApiException if it cannot be converted
     */
    public Answer answer(ResponseOptions how) throws InterruptedException, IOException {
      boolean gzip = how.compress(entry.length());
      Preparation.await(
          how.encoding, false, gzip, new FormReader(cache), once(entry), ItemEncoder.Ahead.UNKNOWN);
      ItemEncoder items =
          new ItemEncoder(
              how.encoding, false, new FormReader(cache), gzip, ItemEncoder.Ahead.UNKNOWN);
      return new Answer(new ObjectBody(items, entry), entry.length(), gzip);
    }

    /** All bytes of the object in its stored version. */
    public byte[] bytes() throws IOException {
      return new FormReader(cache).readFully(entry);
    }
  }

  /** Finds one object. */
  public FoundObject find(
      ResourceType type, @Nullable String namespace, String name, String resourceVersion)
      throws InterruptedException {
    ResourceCache resource = freshness.resource(type);
    long wanted = revision(resourceVersion);
    if (resourceVersion.isEmpty()) {
      freshness.awaitCurrent();
    } else if (wanted != 0) {
      freshness.await(wanted);
    }
    String key = key(type, namespace, name);
    Entry entry = resource.get(key);
    if (entry == null) {
      if (resource.unreadable() != null
          && stored.get(resource.resource().keyPrefix() + key) != null) {
        // The store can read it by now, the cache cannot yet.
        freshness.requireReadable(resource);
      }
      throw ApiException.notFound(type.groupResource(), name);
    }
    return new FoundObject(entry);
  }

  /** Lists objects, or a page of them. */
  public Answer list(
      ResourceType type, @Nullable String namespace, ListOptions options, ResponseOptions how)
      throws InterruptedException, IOException {
    ResourceCache resource = freshness.resource(type);
    ReadPlan plan = options.readPlan();
    Snapshot snapshot = freshness.snapshot(resource, plan);
    Selection selection = Selection.of(options);
    Scope scope = selection.scope(resource.resource(), namespace);
    String startAt = Page.startAt(plan, scope);
    Page page = Page.of(snapshot, scope, startAt, selection, plan.limit());
    Selected selected =
        (from, effort) ->
            new FilteredCursor(snapshot.entries(scope, from), selection, page.last(), effort);
    long size = sizeAtLeast(selected.from(startAt, new WorkBudget(SIZING_EFFORT)));
    boolean gzip = how.compress(size);
    ItemEncoder.Ahead ahead =
        entry -> selected.from(entry.key(), new WorkBudget(ItemBody.EFFORT_PER_DRAW));
    ItemEncoder items = new ItemEncoder(how.encoding, true, new FormReader(cache), gzip, ahead);
    Preparation.await(
        how.encoding,
        true,
        gzip,
        new FormReader(cache),
        new YieldingCursor(at -> selected.from(startAt, at))::next,
        ahead);
    WorkBudget effort = new WorkBudget(ItemBody.EFFORT_PER_DRAW);
    FilteredCursor entries = selected.from(startAt, effort);
    ToLongFunction<JsonNode> rank = how.encoding.rank();
    if (rank != null) {
      EntryCursor ranked =
          RankedEntries.of(
              new YieldingCursor(at -> selected.from(startAt, at)), rank, new FormReader(cache));
      if (ranked != null) {
        entries = new FilteredCursor(ranked, selection, null, effort);
      }
    }
    ListBody body =
        new ListBody(
            items,
            effort,
            new ListMetadata(
                snapshot.revision(), page.token(), page.remaining(), selection.shardTold()),
            selected.from(startAt, effort),
            entries);
    return new Answer(body, size, gzip);
  }

  private static Supplier<@Nullable Entry> once(Entry entry) {
    AtomicReference<@Nullable Entry> left = new AtomicReference<>(entry);
    return () -> left.getAndSet(null);
  }

  /** Creates cursors over the entries that a list selects. */
  @FunctionalInterface
  private interface Selected {
    FilteredCursor from(@Nullable String startAt, WorkBudget effort);
  }

  /**
   * Starts a watch. Once the options are accepted, failures are reported in the stream as an ERROR
   * event, as kube-apiserver does.
   *
   * @param held what the client holds already; null if it did not say. Passed over without initial
   *     events with a bookmark after them
   * @param metrics counts this watch; ended by the body
   * @return a gzip stream if the client accepts it
   */
  public OpenedWatch watch(
      ResourceType type,
      @Nullable String namespace,
      ListOptions options,
      @Nullable HeldState held,
      ResponseOptions how,
      WatchMetrics metrics)
      throws InterruptedException {
    boolean opened = false;
    try {
      OpenedWatch watch = begin(type, namespace, options, held, how, metrics);
      opened = true;
      return watch;
    } finally {
      if (!opened) {
        metrics.ended();
      }
    }
  }

  private OpenedWatch begin(
      ResourceType type,
      @Nullable String namespace,
      ListOptions options,
      @Nullable HeldState held,
      ResponseOptions how,
      WatchMetrics metrics)
      throws InterruptedException {
    ResourceCache resource = freshness.resource(type);
    freshness.requireReadable(resource);
    WatchPlan plan = options.watchPlan(type.group(), type.plural());
    Selection selection = Selection.of(options);
    WatchSpec spec =
        new WatchSpec(
            type,
            selection,
            plan.bookmarks(),
            plan.endOfInitialEvents(),
            () -> cache.holds(type.storage().name()),
            () -> resource.unreadable() != null,
            metrics);
    try {
      Scope scope = selection.scope(resource.resource(), namespace);
      return open(resource, spec, held, how, plan.start(), scope, lifetimeNanos(options));
    } catch (CompactedException e) {
      return failed(
          ApiException.resourceExpired(
              "too old resource version: %s (%d)"
                  .formatted(options.resourceVersion(), e.compacted())),
          how,
          metrics);
    } catch (ApiException e) {
      return failed(e, how, metrics);
    }
  }

  private OpenedWatch open(
      ResourceCache resource,
      WatchSpec spec,
      @Nullable HeldState held,
      ResponseOptions how,
      WatchPlan.Start start,
      Scope scope,
      long lifetimeNanos)
      throws InterruptedException, CompactedException {
    long after = 0;
    switch (start) {
      case WatchPlan.InitialConsistent _ -> freshness.awaitCurrent();
      case WatchPlan.InitialNotOlderThan(long revision) -> freshness.await(revision);
      case WatchPlan.FromConsistent _ -> after = freshness.current();
      case WatchPlan.Resume(long revision) -> after = revision;
      case WatchPlan.FromNow _ -> after = cache.revision();
      case WatchPlan.InitialAny _ -> {}
    }
    freshness.requireReadable(resource);
    WorkBudget effort = new WorkBudget(ItemBody.EFFORT_PER_DRAW);
    FilteredCursor initial = null;
    InitialState state = null;
    Difference difference = null;
    ItemEncoder.Ahead ahead = ItemEncoder.Ahead.UNKNOWN;
    if (start.initialEvents()) {
      Snapshot snapshot = resource.snapshot();
      after = snapshot.revision();
      initial = new FilteredCursor(snapshot.entries(scope, null), spec.selection(), null, effort);
      if (spec.markInitialEnd() && how.encoding.showsMetadata()) {
        difference =
            held != null && held.isComparable(freshness.history(), after)
                ? new Difference(held)
                : null;
        state = new InitialState(freshness.history(), after, difference != null);
      }
      spec.metrics().initial(difference != null);
      Difference sent = difference;
      ahead =
          entry -> {
            FilteredCursor selected =
                new FilteredCursor(
                    snapshot.entries(scope, entry.key()),
                    spec.selection(),
                    null,
                    new WorkBudget(ItemBody.EFFORT_PER_DRAW));
            return sent == null ? selected : sent.changed(selected);
          };
    }
    EventReader events = resource.events(after, scope);
    WatchBody body =
        new WatchBody(
            spec,
            new ItemEncoder(how.encoding, false, new FormReader(cache), how.gzip, ahead),
            effort,
            initial,
            difference,
            events,
            after,
            new WatchClock(timer, nanoTime, lifetimeNanos, random.nextDouble()));
    return new OpenedWatch(body, state);
  }

  private static OpenedWatch failed(ApiException error, ResponseOptions how, WatchMetrics metrics) {
    metrics.ended();
    byte[] event = how.encoding.error(error);
    if (!how.gzip) {
      return new OpenedWatch(new BytesBody(event), null);
    }
    GzipMember member = new GzipMember();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    packed.writeBytes(member.header());
    packed.writeBytes(member.stored(event));
    packed.writeBytes(member.trailer());
    return new OpenedWatch(new BytesBody(packed.toByteArray()), null);
  }

  private long lifetimeNanos(ListOptions options) {
    Long seconds = options.timeoutSeconds();
    if (seconds != null && seconds != 0) {
      // As upstream, a negative time has passed when the watch begins.
      return TimeUnit.SECONDS.toNanos(Math.clamp(seconds, 0, TimeUnit.DAYS.toSeconds(365)));
    }
    return (long) (WATCH_LIFETIME.toNanos() * (1 + random.nextDouble()));
  }

  /** Adds up sizes until they suffice for compression. */
  private static long sizeAtLeast(FilteredCursor entries) {
    long size = 0;
    for (Entry entry = entries.next();
        entry != null && size <= COMPRESS_ABOVE;
        entry = entries.next()) {
      size += entry.length();
    }
    return size;
  }

  private static long revision(String resourceVersion) {
    try {
      return ResourceVersion.parse(resourceVersion);
    } catch (ResourceVersion.InvalidException e) {
      throw ApiException.badRequest("invalid resource version: " + e.getMessage());
    }
  }

  private static String key(ResourceType type, @Nullable String namespace, String name) {
    return type.namespaced() ? namespace + "/" + name : name;
  }
}
