package dev.rheo.server.verb.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.options.ContinueToken;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.ReadPlan;
import dev.rheo.api.options.ResourceVersion;
import dev.rheo.api.options.WatchPlan;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Status;
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
import dev.rheo.edge.Body;
import dev.rheo.edge.BytesBody;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.encoding.Encoding;
import dev.rheo.server.encoding.Encoding.ListMeta;
import dev.rheo.store.CompactedException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import io.netty.util.HashedWheelTimer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The reading verbs. Each method waits until the cache is as fresh as the request demands, finds
 * the state or position to read from, and returns a body that is drawn from there; nothing is
 * assembled.
 *
 * <p>Source: the tables of resourceVersion semantics in KEP-2340 and KEP-3157, as implemented by
 * kube-apiserver 1.36. Thread-safe. Methods block, waiting for the cache for {@link #FRESHNESS} at
 * most, so they belong on virtual threads.
 */
public final class Reads {

  /** How long a read waits for the cache to reach a revision, as kube-apiserver does. */
  static final Duration FRESHNESS = Duration.ofSeconds(3);

  /** Watches without a timeout end after a random time between this and twice this. */
  static final Duration WATCH_LIFETIME = Duration.ofMinutes(30);

  private static final String CONTINUE_EXPIRED =
      "The provided continue parameter is too old to display a consistent list result. You can"
          + " start a new list without the continue parameter, or use the continue token in this"
          + " response to retrieve the remainder of the results. Continuing with the provided token"
          + " results in an inconsistent list - objects that were created, modified, or deleted"
          + " between the time the first chunk was returned and now may show up in the list.";

  private final RevisionStore store;
  private final WatchCache cache;
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
    this.store = store;
    this.cache = cache;
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

  /** An object that was found. */
  public final class Found {
    private final Entry entry;

    private Found(Entry entry) {
      this.entry = entry;
    }

    /** The object as a body to draw. */
    public Answer answer(ResponseOptions wish) {
      boolean gzip = wish.compress(entry.length());
      ItemEncoder items =
          new ItemEncoder(
              wish.encoding, false, new FormReader(cache), gzip, ItemEncoder.Ahead.UNKNOWN);
      return new Answer(new ObjectBody(items, entry), entry.length(), gzip);
    }

    /** All bytes of the object in its stored version. */
    public byte[] bytes() throws IOException {
      return new FormReader(cache).readFully(entry);
    }
  }

  /** Finds one object. */
  public Found find(
      ResourceType type, @Nullable String namespace, String name, String resourceVersion)
      throws InterruptedException {
    ResourceCache resource = resource(type);
    long wanted = revision(resourceVersion);
    if (resourceVersion.isEmpty()) {
      awaitCurrent();
    } else if (wanted != 0) {
      await(wanted);
    }
    Entry entry = resource.get(key(type, namespace, name));
    if (entry == null) {
      throw ApiException.notFound(type.groupResource(), name);
    }
    return new Found(entry);
  }

  /** Lists objects, or a page of them. */
  public Answer list(
      ResourceType type, @Nullable String namespace, ListOptions options, ResponseOptions wish)
      throws InterruptedException, IOException {
    ResourceCache resource = resource(type);
    ReadPlan plan = options.readPlan();
    Snapshot snapshot = snapshot(resource, plan);
    Selection selection = new Selection(options.labelSelector(), options.fieldSelector());
    Scope scope = selection.scope(resource.resource(), namespace);
    String startAt =
        plan instanceof ReadPlan.Continue(long _, String startKey, long _)
            ? scope.keyPrefix() + startKey
            : null;
    Page page = page(snapshot, scope, startAt, selection, plan.limit());
    Selected selected =
        (from, effort) ->
            new FilteredCursor(snapshot.entries(scope, from), selection, page.last, effort);
    long size = sizeAtLeast(selected.from(startAt, new WorkBudget(SIZING_EFFORT)));
    boolean gzip = wish.compress(size);
    ItemEncoder.Ahead ahead =
        entry -> selected.from(entry.key(), new WorkBudget(ItemBody.EFFORT_PER_DRAW));
    ItemEncoder items = new ItemEncoder(wish.encoding, true, new FormReader(cache), gzip, ahead);
    WorkBudget effort = new WorkBudget(ItemBody.EFFORT_PER_DRAW);
    FilteredCursor entries = selected.from(startAt, effort);
    ToLongFunction<JsonNode> rank = wish.encoding.rank();
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
            new ListMeta(snapshot.revision(), page.token, page.remaining),
            selected.from(startAt, effort),
            entries);
    return new Answer(body, size, gzip);
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
   * @param metrics counts this watch; ended by the body
   * @return a gzip stream if the client accepts it
   */
  public Body watch(
      ResourceType type,
      @Nullable String namespace,
      ListOptions options,
      ResponseOptions wish,
      WatchMetrics metrics)
      throws InterruptedException {
    boolean opened = false;
    try {
      Body body = begin(type, namespace, options, wish, metrics);
      opened = true;
      return body;
    } finally {
      if (!opened) {
        metrics.ended();
      }
    }
  }

  private Body begin(
      ResourceType type,
      @Nullable String namespace,
      ListOptions options,
      ResponseOptions wish,
      WatchMetrics metrics)
      throws InterruptedException {
    ResourceCache resource = resource(type);
    WatchPlan plan = options.watchPlan(type.group(), type.plural());
    Selection selection = new Selection(options.labelSelector(), options.fieldSelector());
    WatchSpec spec =
        new WatchSpec(type, selection, plan.bookmarks(), plan.endOfInitialEvents(), metrics);
    try {
      Scope scope = selection.scope(resource.resource(), namespace);
      return open(resource, spec, wish, plan.start(), scope, lifetimeNanos(options));
    } catch (CompactedException e) {
      return failed(
          ApiException.resourceExpired(
              "too old resource version: %s (%d)"
                  .formatted(options.resourceVersion(), e.compacted())),
          wish,
          metrics);
    } catch (ApiException e) {
      return failed(e, wish, metrics);
    }
  }

  private Body open(
      ResourceCache resource,
      WatchSpec spec,
      ResponseOptions wish,
      WatchPlan.Start start,
      Scope scope,
      long lifetimeNanos)
      throws InterruptedException, CompactedException {
    long after = 0;
    switch (start) {
      case WatchPlan.InitialConsistent _ -> awaitCurrent();
      case WatchPlan.InitialNotOlderThan(long revision) -> await(revision);
      case WatchPlan.FromConsistent _ -> after = current();
      case WatchPlan.Resume(long revision) -> after = revision;
      case WatchPlan.FromNow _ -> after = cache.revision();
      case WatchPlan.InitialAny _ -> {}
    }
    WorkBudget effort = new WorkBudget(ItemBody.EFFORT_PER_DRAW);
    FilteredCursor initial = null;
    ItemEncoder.Ahead ahead = ItemEncoder.Ahead.UNKNOWN;
    if (start.initialEvents()) {
      Snapshot snapshot = resource.snapshot();
      after = snapshot.revision();
      initial = new FilteredCursor(snapshot.entries(scope, null), spec.selection(), null, effort);
      ahead =
          entry ->
              new FilteredCursor(
                  snapshot.entries(scope, entry.key()),
                  spec.selection(),
                  null,
                  new WorkBudget(ItemBody.EFFORT_PER_DRAW));
    }
    EventReader events = resource.events(after, scope);
    return new WatchBody(
        spec,
        new ItemEncoder(wish.encoding, false, new FormReader(cache), wish.gzip, ahead),
        effort,
        initial,
        events,
        after,
        new WatchClock(timer, nanoTime, lifetimeNanos, random.nextDouble()));
  }

  private static Body failed(ApiException error, ResponseOptions wish, WatchMetrics metrics) {
    metrics.ended();
    byte[] event = wish.encoding.error(error);
    if (!wish.gzip) {
      return new BytesBody(event);
    }
    GzipMember member = new GzipMember();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    packed.writeBytes(member.header());
    packed.writeBytes(member.stored(event));
    packed.writeBytes(member.trailer());
    return new BytesBody(packed.toByteArray());
  }

  private long lifetimeNanos(ListOptions options) {
    Long seconds = options.timeoutSeconds();
    if (seconds != null && seconds != 0) {
      // As upstream, a negative time has passed when the watch begins.
      return TimeUnit.SECONDS.toNanos(Math.clamp(seconds, 0, TimeUnit.DAYS.toSeconds(365)));
    }
    return (long) (WATCH_LIFETIME.toNanos() * (1 + random.nextDouble()));
  }

  private ResourceCache resource(ResourceType type) {
    if (!cache.ready()) {
      throw notReady();
    }
    return cache.resource(type.storage().name());
  }

  /**
   * A cache that is being built is worth a retry (429); one that cannot be built may not be (503).
   */
  private ApiException notReady() {
    if (store.health().isDamaged()) {
      return damaged();
    }
    String obstacle = cache.obstacle();
    return obstacle == null
        ? ApiException.tooManyRequests("storage is (re)initializing", 1)
        : new ApiException(
            Status.failure(
                503,
                "ServiceUnavailable",
                "the watch cache cannot be built: " + obstacle,
                new Details("", "", "", "", List.of(), 1)));
  }

  private ApiException damaged() {
    return ApiException.internalError("the store cannot serve: " + store.health().reason(), null);
  }

  private Snapshot snapshot(ResourceCache resource, ReadPlan plan) throws InterruptedException {
    try {
      return switch (plan) {
        case ReadPlan.Any _ -> resource.snapshot();
        case ReadPlan.Consistent _ -> {
          awaitCurrent();
          yield resource.snapshot();
        }
        case ReadPlan.NotOlderThan(long revision, long _) -> {
          await(revision);
          yield resource.snapshot();
        }
        case ReadPlan.Exact(long revision, long _) -> {
          await(revision);
          yield resource.snapshotAt(revision);
        }
        case ReadPlan.Continue(long revision, String _, long _)
            when revision == ContinueToken.LATEST -> {
          awaitCurrent();
          yield resource.snapshot();
        }
        case ReadPlan.Continue(long revision, String _, long _) -> {
          await(revision);
          yield resource.snapshotAt(revision);
        }
      };
    } catch (CompactedException e) {
      if (plan instanceof ReadPlan.Continue(long _, String startKey, long _)) {
        throw ApiException.resourceExpired(
            CONTINUE_EXPIRED, new ContinueToken(ContinueToken.LATEST, startKey).encode());
      }
      throw ApiException.resourceExpired("The resourceVersion for the provided list is too old.");
    }
  }

  record Page(@Nullable Entry last, String token, long remaining) {
    static final Page LAST = new Page(null, "", 0);
  }

  /**
   * Finds the end of a page in the index alone, because the head of a list contains the continue
   * token. With a selector each entry in the scope is visited; without one the entries need not
   * even be counted.
   */
  static Page page(
      Snapshot snapshot, Scope scope, @Nullable String startAt, Selection selection, long limit) {
    if (limit <= 0) {
      return Page.LAST;
    }
    String prefix = scope.keyPrefix();
    if (selection.isEverything()) {
      int begin = snapshot.rank(prefix);
      int end = begin + snapshot.size(prefix);
      int from = startAt == null ? begin : Math.clamp(snapshot.rank(startAt), begin, end);
      if (limit >= end - from) {
        return Page.LAST;
      }
      int next = from + (int) limit;
      return cut(snapshot, prefix, snapshot.at(next - 1), end - next);
    }
    EntryCursor all = snapshot.entries(scope, startAt);
    YieldingCursor entries = new YieldingCursor(all, selection);
    for (long selected = 1; ; selected++) {
      Entry entry = entries.next();
      if (entry == null) {
        return Page.LAST;
      }
      if (selected == limit) {
        // How many more are selected is unknown; upstream does not tell either.
        return all.peek() == null ? Page.LAST : cut(snapshot, prefix, entry, 0);
      }
    }
  }

  private static Page cut(Snapshot snapshot, String prefix, Entry last, long remaining) {
    String key = last.key().substring(prefix.length());
    String token = ContinueToken.after(key, snapshot.revision()).encode();
    return new Page(last, token, remaining);
  }

  /** Limit on the effort of {@link #sizeAtLeast}. */
  private static final int SIZING_EFFORT = 4096;

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

  /** Answers of more bytes are compressed for clients that accept it, as kube-apiserver does. */
  public static final long COMPRESS_ABOVE = 128 * 1024;

  private static long revision(String resourceVersion) {
    try {
      return ResourceVersion.parse(resourceVersion);
    } catch (ResourceVersion.InvalidException e) {
      throw ApiException.badRequest("invalid resource version: " + e.getMessage());
    }
  }

  private long current() {
    try {
      return store.currentRevision();
    } catch (StoreException e) {
      throw ApiException.internalError(String.valueOf(e.getMessage()), e);
    }
  }

  /** Waits until the cache reflects every write acknowledged so far. */
  private void awaitCurrent() throws InterruptedException {
    await(current());
  }

  private void await(long revision) throws InterruptedException {
    if (ResourceVersion.isFuture(revision) || !cache.awaitRevision(revision, FRESHNESS)) {
      if (revision <= current() && store.health().isDamaged()) {
        throw damaged();
      }
      throw ApiException.tooLargeResourceVersion(revision, cache.revision());
    }
  }

  private static String key(ResourceType type, @Nullable String namespace, String name) {
    return type.namespaced() ? namespace + "/" + name : name;
  }
}
