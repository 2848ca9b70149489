package dev.rheo.server.storage;

import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of the servers on one store run: each has a key that dies soon after it does. The keys are
 * kube-apiserver's, {@code masterleases/} and the address, with an Endpoints object as value, so
 * that servers of both kinds see each other.
 *
 * <p>Source: {@code pkg/controlplane/reconcilers/lease.go} of kube-apiserver. Thread-safe.
 */
public final class ServerLeases {
  /** As upstream. */
  private static final Duration TTL = Duration.ofSeconds(15);

  private static final String PREFIX = "/registry/masterleases/";
  private static final String END = "/registry/masterleases0";

  private final RevisionStore store;

  public ServerLeases(RevisionStore store) {
    this.store = store;
  }

  /** The server at this address runs. */
  public void renew(String address) throws StoreException {
    String value =
        "{\"kind\":\"Endpoints\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\"},\"subsets\":[{\"addresses\":[{\"ip\":\"%s\"}]}]}"
            .formatted(address, address);
    commit(new Op.Put(PREFIX + address, value.getBytes(StandardCharsets.UTF_8), Op.ANY, TTL));
  }

  /** The server at this address stops. */
  public void leave(String address) throws StoreException {
    commit(new Op.Delete(PREFIX + address, Op.ANY));
  }

  private void commit(Op op) throws StoreException {
    try {
      long ignored = store.commit(List.of(op));
    } catch (RevisionConflictException e) {
      // It has died already.
    }
  }

  /** The addresses of the servers that run, in order. */
  public List<String> alive() throws StoreException {
    List<String> addresses = new ArrayList<>();
    try (RangeCursor range = store.range(PREFIX, END, 0)) {
      for (KeyValue next = range.next(); next != null; next = range.next()) {
        addresses.add(next.key().substring(PREFIX.length()));
      }
    } catch (CompactedException | FutureRevisionException e) {
      throw new IllegalStateException("the current revision can be read", e);
    }
    return addresses;
  }
}
