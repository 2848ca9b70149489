package dev.rheo.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store that stands before another one and does as that does, but for what is overridden. */
public abstract class ForwardingStore implements RevisionStore {
  private final RevisionStore store;

  /**
   * @param store closed with this one
   */
  protected ForwardingStore(RevisionStore store) {
    this.store = store;
  }

  @Override
  public long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    return store.commit(operations);
  }

  @Override
  public @Nullable KeyValue get(String key, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    return store.get(key, revision);
  }

  @Override
  public RangeCursor range(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    return store.range(start, end, revision);
  }

  @Override
  public @Nullable RangeCursor keys(String start, String end, long revision)
      throws CompactedException, FutureRevisionException, StoreException {
    return store.keys(start, end, revision);
  }

  @Override
  public WatchCursor watch(String start, String end, long fromRevision)
      throws CompactedException, StoreException {
    return store.watch(start, end, fromRevision);
  }

  @Override
  public String history() {
    return store.history();
  }

  @Override
  public long currentRevision() throws StoreException {
    return store.currentRevision();
  }

  @Override
  public long longestReplay() {
    return store.longestReplay();
  }

  @Override
  public long compactedRevision() {
    return store.compactedRevision();
  }

  @Override
  public void compact(long revision) throws FutureRevisionException, StoreException {
    store.compact(revision);
  }

  @Override
  public boolean expire(int most) throws StoreException {
    return store.expire(most);
  }

  @Override
  public StoreHealth health() {
    return store.health();
  }

  @Override
  public Stats stats() {
    return store.stats();
  }

  @Override
  public void close() {
    store.close();
  }
}
