package dev.rheo.app;

import dev.rheo.api.io.IoFailures;
import dev.rheo.server.snapshot.Freezing;
import dev.rheo.store.FreezableStore;
import dev.rheo.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;

/**
 * Freezes a server's store. If it is in the data directory, a file there says so, for which a
 * server that is started later refuses to write to it.
 */
final class StoreFreezing implements Freezing {
  private final FreezableStore store;
  private final DataDirectory data;
  private final boolean marked;

  /**
   * @param marked whether the store is in the data directory
   */
  StoreFreezing(FreezableStore store, DataDirectory data, boolean marked) {
    this.store = store;
    this.data = data;
    this.marked = marked;
  }

  @Override
  public synchronized long freeze() throws StoreException {
    if (marked) {
      try {
        Files.writeString(data.frozen(), "since " + Instant.now() + "\n", StandardCharsets.UTF_8);
        DataDirectory.sync(data.root());
      } catch (IOException e) {
        throw new StoreException("it cannot be frozen: " + IoFailures.tell(e), e);
      }
    }
    return store.freeze();
  }

  @Override
  public synchronized long thaw() throws StoreException {
    if (marked) {
      try {
        boolean ignored = Files.deleteIfExists(data.frozen());
        DataDirectory.sync(data.root());
      } catch (IOException e) {
        throw new StoreException("it cannot be thawed: " + IoFailures.tell(e), e);
      }
    }
    store.thaw();
    return store.currentRevision();
  }
}
