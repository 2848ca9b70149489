package dev.rheo.store.etcd;

import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.StoreException;
import io.grpc.StatusRuntimeException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compacts etcd's history once an interval, whatever the number of servers.
 *
 * <p>The servers, those of Kubernetes among them, agree by the key {@code compact_rev_key}: each
 * writes it once an interval, on condition that nobody has since. The one that succeeds compacts up
 * to where etcd was an interval ago; the others take over what it wrote. So an interval's history
 * is always there, and two at most.
 *
 * <p>Source: {@code storage/etcd3/compact.go} of kube-apiserver.
 */
public final class EtcdCompactor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EtcdCompactor.class.getName());

  /** As with kube-apiserver. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(5);

  private static final byte[] KEY = "compact_rev_key".getBytes(StandardCharsets.UTF_8);

  private final EtcdRevisionStore store;
  private final ScheduledExecutorService scheduler;
  private final Duration interval;
  private @Nullable ScheduledFuture<?> running;

  // The scheduler's.
  private long round;
  private long before;

  /**
   * @param interval zero if others compact: then only what they have compacted is looked up
   * @param scheduler calls {@link #run} after {@link #start}; the caller shuts it down
   */
  public EtcdCompactor(
      EtcdRevisionStore store, Duration interval, ScheduledExecutorService scheduler) {
    this.store = store;
    this.interval = interval;
    this.scheduler = scheduler;
  }

  /** Starts to compact periodically. */
  public synchronized void start() {
    long period = (interval.isZero() ? DEFAULT_INTERVAL : interval).toMillis();
    if (running == null) {
      running =
          scheduler.scheduleWithFixedDelay(this::runSafely, period, period, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public synchronized void close() {
    if (running != null) {
      running.cancel(false);
      running = null;
    }
  }

  private void runSafely() {
    try {
      run();
    } catch (StoreException | FutureRevisionException e) {
      if (!store.closed()) {
        LOG.log(Level.WARNING, "etcd is not compacted: " + e.getMessage());
      }
    } catch (RuntimeException | Error e) {
      // Whatever leaves this method ends the schedule.
      LOG.log(Level.ERROR, "compaction failed unexpectedly", e);
    }
  }

  /** One round. */
  void run() throws StoreException, FutureRevisionException {
    if (interval.isZero()) {
      store.learnCompacted();
      return;
    }
    Messages.TransactionAnswer answer;
    try {
      answer =
          store
              .connection()
              .write(
                  EtcdApi.TRANSACTION,
                  new Messages.Transaction(
                      List.of(
                          new Messages.Compare(
                              KEY, Messages.Target.VERSION, Messages.Result.EQUAL, round)),
                      List.of(
                          new Messages.Do.Put(
                              KEY, Long.toString(before).getBytes(StandardCharsets.UTF_8), 0)),
                      List.of(
                          new Messages.Do.Get(new Messages.Range(KEY, new byte[0], 0, 0, false)))));
    } catch (StatusRuntimeException e) {
      throw EtcdFaults.of(e);
    }
    long agreed = before;
    before = answer.header().revision();
    if (!answer.succeeded()) {
      // Another server was first.
      List<Messages.Pair> found = answer.ranges().getFirst().pairs();
      round = found.isEmpty() ? 0 : found.getFirst().version();
      store.learnCompacted();
      return;
    }
    round++;
    if (agreed > 0) {
      store.compact(agreed);
    }
  }
}
