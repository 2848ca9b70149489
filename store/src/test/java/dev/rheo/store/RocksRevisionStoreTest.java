package dev.rheo.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksRevisionStoreTest extends RevisionStoreContract {
  @TempDir Path directory;

  @Override
  protected RevisionStore create() throws StoreException {
    return RocksRevisionStore.open(directory.resolve("store"), RocksSettings.defaults());
  }
}
