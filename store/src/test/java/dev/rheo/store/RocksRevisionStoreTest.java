package dev.rheo.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksRevisionStoreTest extends ExpiryContract {
  @TempDir Path directory;

  @Override
  protected RevisionStore create(InstantSource clock) throws StoreException {
    return RocksRevisionStore.open(directory.resolve("store"), RocksSettings.defaults(), clock);
  }

  @Test
  void theNameOfTheHistoryIsKeptWithTheStore() throws Exception {
    String history = historyOf("one");
    assertThat(historyOf("one")).isEqualTo(history);
    assertThat(historyOf("another")).isNotEqualTo(history);
  }

  private String historyOf(String name) throws StoreException {
    try (RocksRevisionStore store =
        RocksRevisionStore.open(directory.resolve(name), RocksSettings.defaults())) {
      return store.history();
    }
  }
}
