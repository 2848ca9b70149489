package dev.rheo.app;

import dev.rheo.api.io.IoFailures;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.server.security.ClientIdentity;
import dev.rheo.server.storage.SharedStore;
import dev.rheo.server.storage.StoredForms;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.StoreException;
import dev.rheo.store.etcd.EtcdCalls;
import dev.rheo.store.etcd.EtcdCompactor;
import dev.rheo.store.etcd.EtcdRevisionStore;
import dev.rheo.store.etcd.EtcdSettings;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Opens the store on etcd. A class of its own, so that programs that embed a server without etcd do
 * not need its libraries.
 */
final class EtcdParts {
  /** What the keys of all objects begin with, where etcd has the prefix. */
  private static final String ROOT = "/registry";

  private EtcdParts() {}

  static RevisionStore open(
      EtcdConfig config,
      ResourceRegistry registry,
      OpenedParts opened,
      EncryptionParts encryption,
      PrometheusRegistry metrics)
      throws StoreException {
    EtcdRevisionStore store = connect(config, new EtcdMetrics(metrics));
    opened.add("store", store);
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("compaction", true));
    EtcdCompactor compactor = new EtcdCompactor(store, config.compactionInterval(), scheduler);
    opened.add(
        "compaction",
        () -> {
          compactor.close();
          scheduler.shutdownNow();
        });
    compactor.start();
    // Values are bound to the keys that etcd has.
    RevisionStore decrypted =
        encryption.around(store, key -> config.prefix() + key.substring(ROOT.length()));
    return new SharedStore(decrypted, forms(config, registry));
  }

  /** The store without what it stands for: values are in the forms of kube-apiserver. */
  static EtcdRevisionStore connect(EtcdConfig config, EtcdCalls calls) throws StoreException {
    try {
      return EtcdRevisionStore.open(settings(config), calls);
    } catch (IOException e) {
      throw new StoreException("the files for etcd cannot be read: " + IoFailures.tell(e), e);
    } catch (IllegalArgumentException e) {
      throw new StoreException(String.valueOf(e.getMessage()), e);
    }
  }

  static StoredForms forms(EtcdConfig config, ResourceRegistry registry) {
    return new StoredForms(registry, written(config));
  }

  private static StoredForms.Written written(EtcdConfig config) {
    return config.mediaType().equals(EtcdConfig.JSON)
        ? StoredForms.Written.JSON
        : StoredForms.Written.PROTOBUF;
  }

  private static EtcdSettings settings(EtcdConfig config) throws IOException {
    return new EtcdSettings(
        config.servers(),
        new EtcdSettings.Tls(
            config.authority() == null ? null : Files.readAllBytes(config.authority()),
            identity(config.certificate(), config.key())),
        config.user() == null || config.passwordFile() == null
            ? null
            : new EtcdSettings.User(config.user(), password(config.passwordFile())),
        config.prefix(),
        EtcdSettings.DEFAULT_PATIENCE);
  }

  private static @Nullable KeyManager identity(@Nullable Path certificate, @Nullable Path key)
      throws IOException {
    return certificate == null || key == null ? null : ClientIdentity.read(certificate, key);
  }

  private static String password(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8).lines().findFirst().orElse("");
  }
}
