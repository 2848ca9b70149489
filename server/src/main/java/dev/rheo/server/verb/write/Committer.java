package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.resource.type.StoredResource;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.server.verb.read.StoreFailures;
import dev.rheo.server.verb.write.CommitResult.How;
import dev.rheo.server.verb.write.Outcome.Content;
import dev.rheo.server.verb.write.Versions.Known;
import dev.rheo.store.RevisionConflictException;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The compare-and-swap loop of every write: decide on the current version, commit on condition that
 * it is unchanged, retry if it is not.
 *
 * <p>The first version, or that there is none, comes from the cache and may be stale. Refusals and
 * updates without a change that rest on it are confirmed with the store first.
 */
final class Committer {
  /** Maximum size of a stored object, as in etcd: 1.5 MiB. */
  static final int MAX_STORED_BYTES = 3 << 19;

  /** Bytes that an answer has beyond the stored form: the resourceVersion. */
  private static final int REVISION_BYTES = 64;

  /**
   * Limit on the attempts of one write. Each retry means that another write succeeded, so only a
   * heavily contended key comes near it.
   */
  private static final int MAX_ATTEMPTS = 1000;

  /** Decides the outcome of a write. May be called several times for one write. */
  @FunctionalInterface
  interface Decision {
    /**
     * @param version the current version, or null if there is no object
     * @param fresh whether the version was read from the store, not from the cache
     * @throws ApiException to refuse
     */
    Outcome decide(@Nullable Version version, boolean fresh);
  }

  private final RevisionStore store;
  private final Versions versions;
  private final BooleanSupplier mayGrow;
  private final Allocations allocations;
  private final Duration life;
  private final LongAdder conflicts = new LongAdder();

  /**
   * @param mayGrow whether there is memory for one more object
   * @param life how long an object that expires lives after its last write; zero for ever
   * @param allocations what is given back with a removed object
   */
  Committer(
      RevisionStore store,
      Versions versions,
      BooleanSupplier mayGrow,
      Duration life,
      Allocations allocations) {
    this.store = store;
    this.versions = versions;
    this.mayGrow = mayGrow;
    this.life = life;
    this.allocations = allocations;
  }

  /** How often a write was retried because another one came first. */
  long conflicts() {
    return conflicts.sum();
  }

  /** The version that the store has at a path, or null. */
  @Nullable Version current(ObjectPath path) {
    return versions.current(path.type().storage(), path.key());
  }

  /** As {@link #run(ObjectPath, boolean, Decision)}; the last attempt alone gives warnings. */
  CommitResult run(ObjectPath path, boolean dryRun, WriteContext context, Decision decision) {
    int before = context.warnings().size();
    return run(
        path,
        dryRun,
        (version, fresh) -> {
          context.keepWarnings(before);
          return decision.decide(version, fresh);
        });
  }

  CommitResult run(ObjectPath path, boolean dryRun, Decision decision) {
    StoredResource resource = path.type().storage();
    String key = path.key();
    long mark = Meter.mark();
    // A dry run commits nothing, so no conflict would reveal a stale version.
    Known known =
        dryRun
            ? new Known(versions.current(resource, key), true)
            : versions.cachedOrCurrent(resource, key);
    Version version = known.version();
    boolean fresh = known.fresh();
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Outcome outcome;
      try {
        outcome = decision.decide(version, fresh);
      } catch (ApiException | MalformedException refusal) {
        Version now = fresh ? version : versions.current(resource, key);
        if (fresh || sameRevision(now, version)) {
          throw refusal;
        }
        version = now;
        fresh = true;
        continue;
      }
      try {
        CommitResult written = apply(path, version, outcome, dryRun, fresh);
        if (written != null) {
          return written;
        }
      } catch (RevisionConflictException e) {
        conflicts.increment();
      } catch (StoreException e) {
        throw StoreFailures.of(e);
      }
      Meter.release(mark);
      version = versions.current(resource, key);
      fresh = true;
    }
    throw ApiException.serverTimeout(path.groupResource(), "update", 1);
  }

  /** Returns null if the version turned out to be stale. */
  private @Nullable CommitResult apply(
      ObjectPath path, @Nullable Version version, Outcome outcome, boolean dryRun, boolean fresh)
      throws RevisionConflictException, StoreException {
    StoredResource resource = path.type().storage();
    String key = path.key();
    return switch (outcome) {
      case Outcome.Keep keep ->
          unchanged(resource, key, version, form(resource, keep.object()), fresh);
      case Outcome.Remove remove -> {
        long expected = version == null ? Op.ABSENT : version.revision();
        byte[] form = form(resource, remove.object());
        long revision = dryRun ? expected : remove(path, version, expected);
        yield new CommitResult(form, revision, How.REMOVED);
      }
      case Outcome.Put put -> {
        byte[] form = form(resource, put.object());
        if (version != null && !put.thenRemove() && isSame(form, version.form())) {
          if (!version.stale()) {
            yield unchanged(resource, key, version, version.form(), fresh);
          }
          // Written again, with today's key. Nothing else changes, not even times.
          form = version.form();
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
        Duration ttl = path.type().strategy().expires() ? life : Duration.ZERO;
        yield put(key, version, put, form, ttl, dryRun);
      }
    };
  }

  private long remove(ObjectPath path, @Nullable Version version, long expected)
      throws RevisionConflictException, StoreException {
    List<Op> operations = new ArrayList<>();
    operations.add(new Op.Delete(path.key(), expected));
    operations.addAll(allocations.ofRemoval(path, version));
    return commit(operations);
  }

  private static boolean isSame(byte[] form, byte[] before) {
    return Arrays.equals(form, before) || ManagedTimes.onlyDiffer(form, before);
  }

  private @Nullable CommitResult unchanged(
      StoredResource resource, String key, @Nullable Version version, byte[] form, boolean fresh) {
    if (!fresh) {
      Version now = versions.current(resource, key);
      if (!sameRevision(now, version) || now != null && now.stale()) {
        return null;
      }
    }
    return new CommitResult(form, version == null ? 0 : version.revision(), How.UNCHANGED);
  }

  private CommitResult put(
      String key,
      @Nullable Version version,
      Outcome.Put put,
      byte[] form,
      Duration ttl,
      boolean dryRun)
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
      return new CommitResult(
          form, version == null ? 0 : expected, put.thenRemove() ? How.REMOVED : how);
    }
    if (version == null && !mayGrow.getAsBoolean()) {
      throw ApiException.tooManyRequests(
          "the server holds as many objects as its memory allows: delete some, or start it with more"
              + " --max-memory",
          1);
    }
    List<Op> operations = new ArrayList<>(1 + put.checks().size());
    operations.add(new Op.Put(key, form, expected, ttl));
    operations.addAll(put.checks());
    long revision = commit(operations);
    if (!put.thenRemove()) {
      return new CommitResult(form, revision, how);
    }
    try {
      return new CommitResult(
          form, store.commit(List.of(new Op.Delete(key, revision))), How.REMOVED);
    } catch (RevisionConflictException e) {
      if (e.actual() == 0) {
        // Another write has removed it meanwhile, with the same result. As upstream since 1.38, the
        // answer has no revision: none is that of this state and of the removal.
        return new CommitResult(form, 0, How.REMOVED);
      }
      throw e;
    } catch (StoreException e) {
      // The object is already marked for deletion, so the error must not say that nothing changed.
      throw new StoreException(e.fault(), e.reason(), String.valueOf(e.getMessage()), true, e);
    }
  }

  private long commit(List<Op> operations) throws RevisionConflictException, StoreException {
    long revision = store.commit(operations);
    Meter.committed();
    return revision;
  }

  private static byte[] form(StoredResource resource, Content content) {
    byte[] form =
        switch (content) {
          case Content.Form(byte[] bytes) -> bytes;
          case Content.Tree(ObjectNode object) -> encode(resource, object);
        };
    Meter.promise(form.length + REVISION_BYTES);
    return form;
  }

  private static byte[] encode(StoredResource resource, ObjectNode object) {
    if (!ObjectDecoder.isReadable(object)) {
      throw ApiException.requestEntityTooLarge(
          "the object has more levels or parts than can be read again");
    }
    long mark = Meter.mark();
    byte[] form = Canonicalizer.encode(object, resource.objectType());
    // The writer's buffer is garbage now.
    Meter.release(mark);
    Meter.charge(form.length);
    return form;
  }

  private static boolean sameRevision(@Nullable Version a, @Nullable Version b) {
    return (a == null ? 0 : a.revision()) == (b == null ? 0 : b.revision());
  }
}
