package dev.rheo.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.rheo.app.Migration.Moved;
import dev.rheo.server.storage.StoredForms;
import dev.rheo.store.CompactedException;
import dev.rheo.store.FutureRevisionException;
import dev.rheo.store.Keys;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.KeyValue;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.RevisionStore.RangeCursor;
import dev.rheo.store.StoreException;
import dev.rheo.store.StoreSnapshot;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fills an etcd with what an embedded store holds.
 *
 * <pre>
 *   mark       a key in etcd names the source; whoever finds other keys without it refuses
 *   advance    etcd's revision is taken past the source's, by empty writes
 *   pass ...   source and etcd are read side by side, in order of the keys, and etcd is made equal;
 *              again, until little has changed meanwhile
 *   freeze     the source refuses writes from here on
 *   pass       the last one
 *   verify     the same without writing: nothing may differ
 *   unmark     and etcd is compacted
 * </pre>
 *
 * <p>Revisions are etcd's own, so objects get other resourceVersions, all above any that the source
 * ever gave: a write of etcd is kept only if it is above {@code floor}, which the source has not
 * reached when it is frozen. A client's older resourceVersion therefore never stands for anything
 * in etcd, and because etcd is compacted at the end it is answered with 410.
 *
 * <p>An interrupted run leaves the mark, and the next one goes on from what is there. In memory are
 * one value of either side, a batch, and the times of expiry.
 */
final class EtcdFilling {
  /** The mark. It lies among the keys, where no resource is. */
  static final String MARK = "/registry/rheo-migration";

  /** So few changes that the rest can be copied while writes are refused. */
  private static final long FEW = 500;

  private static final int MOST_PASSES = 5;

  /** More empty writes than this would take too long. */
  private static final long MOST_ADVANCE = 5_000_000;

  private static final String RETRY = "; run it again";
  private static final JsonMapper JSON = new JsonMapper();

  private final Migration.Source source;
  private final Migration.@Nullable Running server;
  private final RevisionStore etcd;
  private final StoredForms forms;
  private final long headroom;
  private final Consumer<String> told;
  private final InstantSource clock;

  /** The revision above which a write of etcd is one of ours. */
  private long floor;

  EtcdFilling(
      Migration.Source source,
      Migration.@Nullable Running server,
      RevisionStore etcd,
      StoredForms forms,
      long headroom,
      Consumer<String> told,
      InstantSource clock) {
    this.source = source;
    this.server = server;
    this.etcd = etcd;
    this.forms = forms;
    this.headroom = headroom;
    this.told = told;
    this.clock = clock;
  }

  Moved run() throws SnapshotException, StoreException, InterruptedException {
    StoreSnapshot.Header header;
    try (StoreSnapshot first = source.open()) {
      header = first.header();
    }
    begin(header);
    EtcdPass.Result pass = new EtcdPass.Result(0, 0, 0, "");
    int passes = 0;
    do {
      pass = pass(pass.revision(), true);
      told.accept(
          "revision %d: %d keys, of which %d were written"
              .formatted(pass.revision(), pass.keys(), pass.changes()));
      passes++;
    } while (server != null && pass.changes() > FEW && passes < MOST_PASSES);
    boolean complete = false;
    try {
      if (server != null) {
        told.accept("frozen at revision %d: writes are refused".formatted(server.freeze()));
        pass = pass(pass.revision(), true);
      }
      if (pass.revision() >= floor) {
        throw new SnapshotException(
            "the store came to revision %d while it was copied, and etcd began at %d: run it again with a larger --headroom"
                .formatted(pass.revision(), floor));
      }
      EtcdPass.Result verified = pass(pass.revision(), false);
      if (verified.changes() != 0) {
        throw new SnapshotException(
            "%d keys in etcd are not as they were written: something else writes to it%s"
                .formatted(verified.changes(), RETRY));
      }
      end();
      complete = true;
      return new Moved(verified.revision(), verified.keys(), verified.sha256());
    } finally {
      if (!complete && server != null) {
        server.thaw();
        told.accept("thawed: writes are taken again");
      }
    }
  }

  private EtcdPass.Result pass(long since, boolean write)
      throws SnapshotException, StoreException, InterruptedException {
    try (StoreSnapshot snapshot = source.open();
        RangeCursor there = everything()) {
      return new EtcdPass(snapshot, there, etcd, forms, floor, since, write, clock).run();
    }
  }

  private RangeCursor everything() throws StoreException {
    try {
      return etcd.range("", "", 0);
    } catch (CompactedException | FutureRevisionException e) {
      throw new StoreException("etcd cannot be read at its current revision", e);
    }
  }

  /** Marks etcd as the destination of this source, and takes its revision past the source's. */
  private void begin(StoreSnapshot.Header header)
      throws SnapshotException, StoreException, InterruptedException {
    long wanted = header.revision() + headroom;
    String[] mark = mark();
    if (mark.length == 0) {
      try (RangeCursor there = everything()) {
        KeyValue first = there.next();
        if (first != null) {
          throw new SnapshotException(
              "etcd holds keys already, such as %s: empty it, or choose another --etcd-prefix"
                  .formatted(first.key()));
        }
      }
    } else if (!mark[0].equals(header.history())) {
      throw new SnapshotException(
          "etcd holds an unfinished migration of another store: empty it, or run that one again");
    } else if (Long.parseLong(mark[1]) >= header.revision() + headroom / 2) {
      floor = Long.parseLong(mark[1]);
      told.accept("going on with an unfinished migration");
      return;
    }
    long missing = wanted - etcd.currentRevision();
    if (missing > MOST_ADVANCE) {
      throw new SnapshotException(
          "etcd's revision is %d below the store's: raise it with etcdutl snapshot restore --bump-revision %d --mark-compacted"
              .formatted(missing, missing));
    }
    byte[] begun = (header.history() + " 0").getBytes(UTF_8);
    put(begun);
    advance(wanted, begun);
    floor = etcd.currentRevision();
    put((header.history() + " " + floor).getBytes(UTF_8));
  }

  /** The source's history, and the floor; empty without a mark. */
  private String[] mark() throws SnapshotException, StoreException {
    KeyValue found;
    try {
      found = etcd.get(MARK, 0);
    } catch (CompactedException | FutureRevisionException e) {
      throw new StoreException("etcd cannot be read at its current revision", e);
    }
    if (found == null) {
      return new String[0];
    }
    String text = new String(found.value(), UTF_8);
    if (!text.matches("[A-Za-z0-9-]{1,64} \\d{1,18}")) {
      throw new SnapshotException("the key %s in etcd is no mark of a migration".formatted(MARK));
    }
    return text.split(" ", 2);
  }

  private void put(byte[] value) throws StoreException {
    commit(new Op.Put(MARK, value, Op.ANY));
  }

  private void commit(Op op) throws StoreException {
    try {
      long ignored = etcd.commit(List.of(op));
    } catch (RevisionConflictException e) {
      throw new StoreException("%s in etcd is gone".formatted(MARK), e);
    }
  }

  private void advance(long wanted, byte[] value) throws StoreException, InterruptedException {
    long from = etcd.currentRevision();
    if (wanted > from) {
      told.accept("taking etcd from revision %d to %d".formatted(from, wanted));
      EmptyWrites writes = new EmptyWrites(() -> put(value), wanted - from);
      writes.run();
    }
  }

  private void end() throws StoreException {
    commit(new Op.Delete(MARK, Op.ANY));
    try {
      etcd.compact(etcd.currentRevision());
    } catch (FutureRevisionException e) {
      throw new StoreException("etcd's revision went down", e);
    }
  }

  /** Whether two forms are the same object. */
  static boolean same(byte[] one, byte[] other) {
    if (Arrays.equals(one, other)) {
      return true;
    }
    try {
      return JSON.readTree(one).equals(JSON.readTree(other));
    } catch (JacksonException e) {
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail", e);
    }
  }

  static boolean isMark(@Nullable KeyValue found) {
    return found != null && Keys.ORDER.compare(found.key(), MARK) == 0;
  }
}
