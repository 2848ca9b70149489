package dev.rheo.server.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rheo.api.media.MediaType;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Status;
import dev.rheo.edge.HttpResponse;
import dev.rheo.edge.ledger.Account;
import dev.rheo.server.metrics.SnapshotStats;
import dev.rheo.server.verb.read.StoreFailures;
import dev.rheo.store.PlatformPool;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a snapshot of the store, in the format of its file, while the server goes on, and
 * freezes the store for whoever moves it elsewhere. A snapshot is made as its peer takes it, and
 * one at a time, so it costs a constant amount of memory: {@link SnapshotBody}. Whoever may ask for
 * it can read all that is stored; that is for the authorizer to decide, which by default lets
 * administrators alone. Thread-safe.
 */
public final class Snapshots implements AutoCloseable {
  /** The path of snapshots, which are got. */
  public static final String PATH = "/rheo/snapshot";

  /** The path to post to that the store be frozen. It is answered with the store's revision. */
  public static final String FREEZE = "/rheo/freeze";

  /** The path to post to that the store be thawed. */
  public static final String THAW = "/rheo/thaw";

  private static final Logger LOG = System.getLogger(Snapshots.class.getName());
  private static final String TYPE = "application/octet-stream";
  private static final int RETRY_SECONDS = 10;

  /** Begins a snapshot of the store. */
  public interface Source {
    StoreSnapshot open() throws StoreException;
  }

  private final @Nullable Source source;
  private final Freezing freezing;
  private final Account account;
  private final LongSupplier clock;
  private final PlatformPool threads = new PlatformPool("rheo-snapshot", 1, 1);
  private final AtomicBoolean running = new AtomicBoolean();
  private final LongAdder refused = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private final Map<SnapshotBody.Outcome, LongAdder> outcomes =
      new EnumMap<>(SnapshotBody.Outcome.class);

  /**
   * @param source null if the store has no snapshots
   * @param freezing keeps the store from changing
   * @param account of what is made of a snapshot and not sent yet
   * @param clock monotonic, in nanoseconds
   */
  public Snapshots(
      @Nullable Source source, Freezing freezing, Account account, LongSupplier clock) {
    this.source = source;
    this.freezing = freezing;
    this.account = account;
    this.clock = clock;
    for (SnapshotBody.Outcome outcome : SnapshotBody.Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
  }

  /** Figures for metrics. */
  public SnapshotStats stats() {
    Map<String, Long> ended = new TreeMap<>();
    outcomes.forEach((name, count) -> ended.put(name.name().toLowerCase(Locale.ROOT), count.sum()));
    ended.put("refused", refused.sum());
    return new SnapshotStats(running.get() ? 1 : 0, sentBytes.sum(), ended);
  }

  /** Whether these paths lead here. */
  public static boolean isAt(String path) {
    return path.equals(PATH) || path.equals(FREEZE) || path.equals(THAW);
  }

  /**
   * Answers at one of the paths.
   *
   * @param verb the request's, such as {@code get}
   */
  public HttpResponse answer(String path, String verb) {
    if (!verb.equals(path.equals(PATH) ? "get" : "post")) {
      throw ApiException.methodNotAllowed();
    }
    if (path.equals(PATH)) {
      return snapshot();
    }
    try {
      boolean freeze = path.equals(FREEZE);
      long revision = freeze ? freezing.freeze() : freezing.thaw();
      LOG.log(Level.WARNING, "the store is {0}", freeze ? "frozen: writes are refused" : "thawed");
      return HttpResponse.bytes(
          200,
          MediaType.JSON,
          "{\"frozen\":%s,\"revision\":%d}".formatted(freeze, revision).getBytes(UTF_8));
    } catch (StoreException e) {
      throw StoreFailures.of(e);
    }
  }

  /**
   * @throws ApiException 404 if the store has no snapshots, 429 while another is made or while
   *     there is no memory for one, 503 if the store fails
   */
  private HttpResponse snapshot() {
    Source from = source;
    if (from == null) {
      throw new ApiException(
          Status.failure(
              404,
              "NotFound",
              "only the embedded store has snapshots; save an etcd with etcdctl",
              new Details("", "", "", "", List.of(), 0)));
    }
    if (!running.compareAndSet(false, true)) {
      refused.increment();
      throw ApiException.tooManyRequests("another snapshot is being made", RETRY_SECONDS);
    }
    SnapshotRoom room = new SnapshotRoom(account);
    boolean begun = false;
    try {
      if (!room.open()) {
        refused.increment();
        throw ApiException.tooManyRequests("there is no memory for a snapshot", RETRY_SECONDS);
      }
      SnapshotBody body =
          new SnapshotBody(from.open(), room, threads, clock, sentBytes::add, this::ended);
      begun = true;
      return HttpResponse.streaming(200, TYPE, body);
    } catch (StoreException e) {
      throw StoreFailures.of(e);
    } finally {
      if (!begun) {
        room.close();
        running.set(false);
      }
    }
  }

  private void ended(SnapshotBody.Outcome outcome) {
    Objects.requireNonNull(outcomes.get(outcome)).increment();
    running.set(false);
  }

  @Override
  public void close() {
    threads.close();
  }
}
