package dev.rheo.store;

import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class RocksRevisionStoreTest extends RevisionStoreContract {
  @TempDir Path directory;

  @Override
  protected RevisionStore create(InstantSource clock) throws StoreException {
    return RocksRevisionStore.open(directory.resolve("store"), RocksSettings.defaults(), clock);
  }
}
