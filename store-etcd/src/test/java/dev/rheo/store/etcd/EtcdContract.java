package dev.rheo.store.etcd;

import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStoreContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The rules of a store on a real etcd of one version. */
abstract class EtcdContract extends RevisionStoreContract {
  private final String version;
  @TempDir Path directory;
  private EtcdProcess etcd;

  EtcdContract(String version) {
    this.version = version;
  }

  @Override
  protected RevisionStore create(InstantSource clock) throws Exception {
    etcd =
        EtcdProcess.start(
            version,
            directory.resolve("etcd"),
            // The contract's largest values and transactions.
            "--max-request-bytes",
            "6291456",
            "--max-txn-ops",
            "10000");
    return EtcdRevisionStore.open(etcd.settings(""));
  }

  @Override
  protected boolean keepsOpenRanges() {
    return false;
  }

  @Override
  protected boolean sendsAhead() {
    return true;
  }

  @AfterEach
  void stop() throws Exception {
    if (etcd != null) {
      etcd.close();
    }
  }
}
