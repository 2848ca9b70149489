package dev.rheo.encryption;

import dev.rheo.api.name.GroupResource;
import dev.rheo.store.ExpiryContract;
import dev.rheo.store.MemoryRevisionStore;
import dev.rheo.store.RevisionStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;

/** A store with encryption keeps all that a store promises. */
class EncryptedStoreContractTest extends ExpiryContract {
  @TempDir Path directory;

  @Override
  protected RevisionStore create(InstantSource clock) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("encryption.yaml"),
            """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers:
              - secretbox: {keys: [{name: a, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}
            """);
    return new EncryptedStore(
        new MemoryRevisionStore(clock),
        Encryption.open(file, false, new SecureRandom(), InstantSource.system()),
        key -> new GroupResource("", "secrets"),
        UnaryOperator.identity());
  }
}
