package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.server.verb.write.Written.How;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The loop in which every write is made: decide on the version at hand, store under the condition
 * that it is still the present one, and begin again if it is not.
 *
 * <p>The first version comes from the cache and may be old. A refusal that rests on it is not given
 * before the store has confirmed it, and so is an update that would change nothing.
 */
final class Committer {
  /** What one object may take in the store, as in etcd: 1.5 MiB. */
  static final int MAX_STORED_BYTES = 3 << 19;

  /** What an answer has beyond the stored form: the resourceVersion. */
  private static final int REVISION_BYTES = 64;

  /**
   * Each turn means that somebody else got through, so that only a key that many fight for comes
   * near.
   */
  private static final int MAX_ATTEMPTS = 1000;

  /** Decides what becomes of an object. May be called several times for one write. */
  @FunctionalInterface
  interface Decision {
    /**
     * @param version what is there, null for nothing
     * @param fresh whether the store was asked, after an earlier version turned out to be old
     * @throws ApiException to refuse
     */
    Outcome decide(@Nullable Version version, boolean fresh);
  }

  private final RevisionStore store;
  private final Versions versions;
  private final LongAdder conflicts = new LongAdder();

  Committer(RevisionStore store, Versions versions) {
    this.store = store;
    this.versions = versions;
  }

  /** How often a write had to begin again because another came first. */
  long conflicts() {
    return conflicts.sum();
  }

  /** What the store has at a path now; null if there is nothing. */
  @Nullable Version current(ObjectPath path) {
    return versions.current(path.type().storage(), path.key());
  }

  Written run(ObjectPath path, boolean dryRun, Decision decision) {
    StoredResource resource = path.type().storage();
    String key = path.key();
    long mark = Meter.mark();
    // a dry run stores nothing that would tell whether the cache was right
    Version version = dryRun ? null : versions.cached(resource, key);
    boolean fresh = version == null;
    if (fresh) {
      version = versions.current(resource, key);
    }
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Outcome outcome;
      try {
        outcome = decision.decide(version, fresh);
      } catch (ApiException refusal) {
        Version now = fresh ? version : versions.current(resource, key);
        if (fresh || sameRevision(now, version)) {
          throw refusal;
        }
        version = now;
        fresh = true;
        continue;
      }
      try {
        Written written = apply(path, version, outcome, dryRun, fresh);
        if (written != null) {
          return written;
        }
      } catch (RevisionConflictException e) {
        conflicts.increment();
      } catch (StoreException e) {
        throw Failures.of(e);
      }
      Meter.release(mark);
      version = versions.current(resource, key);
      fresh = true;
    }
    throw ApiException.serverTimeout(path.groupResource(), "update", 1);
  }

  /** Null if the version turned out to be old. */
  private @Nullable Written apply(
      ObjectPath path, @Nullable Version version, Outcome outcome, boolean dryRun, boolean fresh)
      throws RevisionConflictException, StoreException {
    StoredResource resource = path.type().storage();
    String key = path.key();
    return switch (outcome) {
      case Outcome.Keep keep ->
          unchanged(resource, key, version, encode(resource, keep.object()), fresh);
      case Outcome.Remove remove -> {
        long expected = version == null ? Op.ABSENT : version.revision();
        byte[] form = encode(resource, remove.object());
        long revision = dryRun ? expected : commit(List.of(new Op.Delete(key, expected)));
        yield new Written(form, remove.byUpdate() ? expected : revision, How.REMOVED);
      }
      case Outcome.Put put -> {
        byte[] form = encode(resource, put.object());
        if (version != null && Arrays.equals(form, version.form()) && !put.thenRemove()) {
          yield unchanged(resource, key, version, form, fresh);
        }
        if (!Versions.storable(key)) {
          throw ApiException.invalid(
              path.type().group(),
              path.type().kind(),
              path.name(),
              List.of(
                  FieldError.invalid(
                      "metadata.name",
                      path.name(),
                      "must hold no U+0000, and make a key of at most "
                          + Versions.MAX_KEY_BYTES
                          + " bytes together with the namespace")));
        }
        yield put(key, version, put, form, dryRun);
      }
    };
  }

  private @Nullable Written unchanged(
      StoredResource resource, String key, @Nullable Version version, byte[] form, boolean fresh) {
    if (!fresh && !sameRevision(versions.current(resource, key), version)) {
      return null;
    }
    return new Written(form, version == null ? 0 : version.revision(), How.UNCHANGED);
  }

  private Written put(
      String key, @Nullable Version version, Outcome.Put put, byte[] form, boolean dryRun)
      throws RevisionConflictException, StoreException {
    if (form.length > MAX_STORED_BYTES) {
      throw ApiException.requestEntityTooLarge(
          "the object takes "
              + form.length
              + " bytes in the store, at most "
              + MAX_STORED_BYTES
              + " are allowed");
    }
    How how = version == null ? How.CREATED : How.UPDATED;
    long expected = version == null ? Op.ABSENT : version.revision();
    if (dryRun) {
      return new Written(
          form, version == null ? 0 : expected, put.thenRemove() ? How.REMOVED : how);
    }
    List<Op> operations = new ArrayList<>(1 + put.checks().size());
    operations.add(new Op.Put(key, form, expected));
    operations.addAll(put.checks());
    long revision = commit(operations);
    if (!put.thenRemove()) {
      return new Written(form, revision, how);
    }
    try {
      return new Written(form, store.commit(List.of(new Op.Delete(key, revision))), How.REMOVED);
    } catch (RevisionConflictException e) {
      if (e.actual() == 0) {
        // somebody else removed it meanwhile, which is as good
        return new Written(form, revision, How.REMOVED);
      }
      throw e;
    } catch (StoreException e) {
      // the object is marked already: it is not true that nothing has changed
      throw new StoreException(String.valueOf(e.getMessage()), true, e);
    }
  }

  private long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    long revision = store.commit(operations);
    Meter.committed();
    return revision;
  }

  private static byte[] encode(StoredResource resource, ObjectNode object) {
    if (!ObjectDecoder.isReadable(object)) {
      throw ApiException.requestEntityTooLarge(
          "the object has more levels or parts than can be read again");
    }
    ObjectType type = TypeTable.builtIn().type(resource.apiVersion(), resource.kind());
    byte[] form = Canonicalizer.encode(object, type);
    Meter.promise(form.length + REVISION_BYTES);
    return form;
  }

  private static boolean sameRevision(@Nullable Version a, @Nullable Version b) {
    return (a == null ? 0 : a.revision()) == (b == null ? 0 : b.revision());
  }
}
