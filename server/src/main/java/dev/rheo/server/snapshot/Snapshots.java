package dev.rheo.server.snapshot;

import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Status;
import dev.rheo.edge.HttpResponse;
import dev.rheo.server.verb.read.StoreFailures;
import dev.rheo.store.PlatformPool;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Answers with a snapshot of the store, in the format of its file, while the server goes on. It is
 * made as its peer takes it, and one at a time, so it costs a constant amount of memory: {@link
 * SnapshotBody}. Whoever may ask for it can read all that is stored; that is for the authorizer to
 * decide, which by default lets administrators alone. Thread-safe.
 */
public final class Snapshots implements AutoCloseable {
  /** The path. */
  public static final String PATH = "/rheo/snapshot";

  private static final String TYPE = "application/octet-stream";
  private static final int RETRY_SECONDS = 10;

  /** Begins a snapshot of the store. */
  public interface Source {
    StoreSnapshot open() throws StoreException;
  }

  private final @Nullable Source source;
  private final PlatformPool threads = new PlatformPool("rheo-snapshot", 1, 1);
  private final AtomicBoolean running = new AtomicBoolean();

  /**
   * @param source null if the store has no snapshots
   */
  public Snapshots(@Nullable Source source) {
    this.source = source;
  }

  /**
   * @throws ApiException 404 if the store has no snapshots, 429 while another is made, 503 if the
   *     store fails
   */
  public HttpResponse answer() {
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
      throw ApiException.tooManyRequests("another snapshot is being made", RETRY_SECONDS);
    }
    boolean begun = false;
    try {
      SnapshotBody body = new SnapshotBody(from.open(), threads, () -> running.set(false));
      begun = true;
      return HttpResponse.streaming(200, TYPE, body);
    } catch (StoreException e) {
      throw StoreFailures.of(e);
    } finally {
      if (!begun) {
        running.set(false);
      }
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
