package dev.rheo.app;

import dev.rheo.resource.builtin.BuiltInResources;
import dev.rheo.server.storage.StoredForms;
import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RocksSettings;
import dev.rheo.store.StoreBackup;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import dev.rheo.store.etcd.EtcdCalls;
import dev.rheo.store.etcd.EtcdRevisionStore;
import dev.rheo.store.etcd.EtcdSnapshot;
import dev.rheo.store.snapshot.SnapshotReader;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves all that a store holds from the embedded store to etcd, and back.
 *
 * <p>Servers go on reading meanwhile, and writing for most of it: they are {@linkplain
 * Running#freeze frozen} for the last part, and stay so when it has succeeded, so that no write is
 * lost. If it fails they are thawed.
 */
public final class Migration {
  /** A server that runs on the store that is moved. */
  public interface Running {
    /** The server's snapshot, in the form of a file. */
    InputStream snapshot() throws SnapshotException, InterruptedException;

    /** Has the server refuse writes, and returns the revision that its store stays at. */
    long freeze() throws SnapshotException, InterruptedException;

    void thaw() throws SnapshotException, InterruptedException;
  }

  /**
   * What was moved.
   *
   * @param sha256 of all keys and values, in hexadecimal; empty where none is made
   */
  public record Moved(long revision, long keys, String sha256) {}

  /** Reads the store that is moved to etcd, as often as needed. */
  interface Source {
    StoreSnapshot open() throws SnapshotException, StoreException, InterruptedException;
  }

  private Migration() {}

  /**
   * Moves the store of a server that runs to etcd.
   *
   * @param headroom how many revisions etcd is taken ahead of the server's store at first; more
   *     than are written meanwhile
   * @param told is told of the progress, in lines
   */
  public static Moved toEtcd(Running server, EtcdConfig etcd, long headroom, Consumer<String> told)
      throws SnapshotException, InterruptedException {
    Source source =
        () ->
            new SnapshotReader(
                new BufferedInputStream(server.snapshot(), 128 << 10), "the server's snapshot");
    return toEtcd(source, server, etcd, headroom, told);
  }

  /** Moves the store in a data directory that no server uses to etcd. */
  public static Moved toEtcd(Path data, EtcdConfig etcd, long headroom, Consumer<String> told)
      throws SnapshotException, InterruptedException {
    Path store = new DataDirectory(data).store();
    return toEtcd(
        () -> StoreBackup.read(store, RocksSettings.defaults()), null, etcd, headroom, told);
  }

  private static Moved toEtcd(
      Source source,
      @Nullable Running server,
      EtcdConfig etcd,
      long headroom,
      Consumer<String> told)
      throws SnapshotException, InterruptedException {
    try (EtcdRevisionStore store = EtcdParts.connect(etcd, EtcdCalls.UNCOUNTED)) {
      StoredForms forms = EtcdParts.forms(etcd, BuiltInResources.registry());
      return new EtcdFilling(source, server, store, forms, headroom, told, Clock.systemUTC()).run();
    } catch (StoreException e) {
      throw new SnapshotException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Moves what is in etcd to a data directory.
   *
   * @param servers those that run on etcd; what else writes to it must have been stopped
   * @param data does not exist, or is empty
   * @throws SnapshotException also if something was written to etcd meanwhile
   */
  public static Moved fromEtcd(
      EtcdConfig etcd, List<? extends Running> servers, Path data, Consumer<String> told)
      throws SnapshotException, InterruptedException {
    boolean complete = false;
    try (EtcdRevisionStore store = EtcdParts.connect(etcd, EtcdCalls.UNCOUNTED)) {
      for (Running server : servers) {
        told.accept("frozen at revision %d".formatted(server.freeze()));
      }
      StoredForms forms = EtcdParts.forms(etcd, BuiltInResources.registry());
      try (EtcdSnapshot snapshot = new EtcdSnapshot(store, Clock.systemUTC())) {
        StoreSnapshot.Header header = snapshot.header();
        told.accept("copying %d keys of revision %d".formatted(header.keys(), header.revision()));
        SnapshotFiles.restore(
            new CanonicalSnapshot(snapshot, forms), data, 0, () -> requireUnchanged(snapshot));
        complete = true;
        return new Moved(header.revision(), header.keys(), "");
      }
    } catch (StoreException e) {
      throw new SnapshotException(String.valueOf(e.getMessage()), e);
    } catch (CompactedException | FutureRevisionException e) {
      throw new SnapshotException("etcd was compacted meanwhile; run it again", e);
    } finally {
      if (!complete) {
        for (Running server : servers) {
          server.thaw();
        }
      }
    }
  }

  private static void requireUnchanged(EtcdSnapshot snapshot)
      throws SnapshotException, StoreException {
    String changed = snapshot.changed();
    if (changed != null) {
      throw new SnapshotException(
          "%s was written while etcd was copied: stop what writes to etcd, or name it with --freeze, and run it again"
              .formatted(changed));
    }
  }
}
