package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Status;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.resource.defaults.BuiltInDefaults;
import dev.rheo.resource.type.Defaults;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.server.admission.Admission;
import dev.rheo.server.admission.AdmissionPlugin;
import dev.rheo.server.allocation.ServiceAllocator;
import dev.rheo.server.security.User;
import dev.rheo.server.security.token.TokenIssuer;
import dev.rheo.server.verb.read.Freshness;
import dev.rheo.server.verb.review.Reviews;
import dev.rheo.server.verb.write.CommitResult.How;
import dev.rheo.store.RevisionStore;
import dev.rheo.store.RevisionStore.Op;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The writing verbs. Each call is one request: it returns when the write is durable, or throws an
 * {@link ApiException}. A refused call has changed nothing, except that a collection may be deleted
 * in part and an eviction may have used a disruption of its budget. After a failure of the store
 * the write may have been made.
 *
 * <p>Thread-safe. Calls block and belong on virtual threads.
 */
public final class Writes {
  private final ResourceRegistry builtIn;
  private final InstantSource clock;
  private final Committer committer;
  private final Reviews reviews;
  private final Creates creates;
  private final Changes changes;
  private final DeleteCollections collections;
  private final Evictions evictions;
  private final AllocationRepair repair;
  private final NamespaceLifecycle lifecycle;
  private final TokenRequests tokens;
  private final Defaults tokenDefaults;

  /**
   * @param served the registry in force; the built-in resources are those of this moment
   * @param random for uids and generated names: unpredictable in production
   * @param mayGrow whether there is memory for one more object
   * @param eventTtl how long an Event lives after its last write; zero for ever
   * @param reviews answers what is asked and not stored
   * @param plugins further plugins of admission, in their order
   * @param issuer signs tokens of service accounts
   * @param allocator for cluster IPs and node ports
   */
  public Writes(
      RevisionStore store,
      WatchCache cache,
      Supplier<ResourceRegistry> served,
      InstantSource clock,
      RandomGenerator random,
      BooleanSupplier mayGrow,
      Duration eventTtl,
      Reviews reviews,
      List<AdmissionPlugin> plugins,
      TokenIssuer issuer,
      ServiceAllocator allocator) {
    ResourceRegistry registry = served.get();
    this.builtIn = registry;
    this.reviews = reviews;
    this.clock = clock;
    Versions versions = new Versions(store, cache);
    Ownership ownership = new Ownership(served);
    Uids uids = new Uids(random);
    Allocations allocations = new Allocations(allocator, store, registry, ownership, uids, clock);
    AdmissionPlugin admission = new Admission(store, cache, registry, plugins);
    this.committer = new Committer(store, versions, mayGrow, eventTtl, allocations);
    this.lifecycle = new NamespaceLifecycle(registry, versions);
    this.creates =
        new Creates(committer, lifecycle, ownership, admission, allocations, random, uids);
    this.changes = new Changes(committer, new Updates(creates, admission, allocations), ownership);
    this.repair = new AllocationRepair(allocator, allocations, store, registry, changes, clock);
    this.collections = new DeleteCollections(new Freshness(store, cache), cache, committer, clock);
    this.evictions = new Evictions(committer, versions, cache, collections, registry, clock);
    this.tokens = new TokenRequests(new LiveObjects(store, cache, registry), issuer, uids);
    this.tokenDefaults =
        new BuiltInDefaults(
            Objects.requireNonNull(registry.get("", "v1", "serviceaccounts").subresource("token"))
                .objectType());
  }

  /**
   * Creates an object, or performs the action of a subresource: a binding, an eviction or a token.
   *
   * @param path of the collection, or of the subresource of an object
   * @throws ApiException with the Status of the refusal
   */
  public WriteResult create(ObjectPath path, RequestBody body, WriteOptions options, User user) {
    path.require("create");
    if (!path.type().isStored() && Reviews.isReview(path.type().plural())) {
      return telling(context(user, options), context -> review(path, body, options, user, context));
    }
    if (path.subresource().equals("token")) {
      return telling(context(user, options), context -> token(path, body, options, context));
    }
    if (!path.subresource().isEmpty() || !path.type().isStored()) {
      return telling(
          context(user, options), context -> createBySubresource(path, body, options, context));
    }
    return telling(
        context(user, options),
        context -> {
          Creates.Created created =
              Changes.fitting(
                  managed ->
                      creates.create(
                          path,
                          BodyReader.read(body, path, options.fieldValidation(), context),
                          options,
                          context,
                          managed));
          return new WriteResult(201, ResponseBodies.object(path.type(), created.written()));
        });
  }

  /** Creates an object on the server's own behalf. */
  void createObject(
      ObjectPath path, ObjectNode object, WriteOptions options, WriteContext context) {
    creates.create(path, object, options, context, true);
  }

  private WriteResult review(
      ObjectPath path, RequestBody body, WriteOptions options, User user, WriteContext context) {
    ObjectNode review = BodyReader.read(body, path, options.fieldValidation(), context);
    Meta meta = Meta.of(review);
    meta.wipeSystemFields();
    Creates.agreeNamespace(path, meta);
    changes.note(path, review, context);
    if (path.type().plural().equals("selfsubjectreviews")) {
      // As upstream, the answer does not repeat the question.
      meta.tree().removeAll();
      meta.created(context.now());
    }
    reviews.answer(path.type().plural(), review, path.namespace(), user);
    return new WriteResult(201, Canonicalizer.encodeAnswer(review, path.objectType()));
  }

  private WriteResult token(
      ObjectPath path, RequestBody body, WriteOptions options, WriteContext context) {
    ObjectNode request = BodyReader.read(body, path, options.fieldValidation(), context);
    Creates.agreeNamespace(path, Meta.of(request));
    tokenDefaults.apply(request);
    changes.note(path, request, context);
    List<Op> unused = lifecycle.admitCreate(path, false);
    tokens.answer(path, request, context.now());
    return new WriteResult(201, Canonicalizer.encodeAnswer(request, path.objectType()));
  }

  private WriteResult createBySubresource(
      ObjectPath path, RequestBody body, WriteOptions options, WriteContext context) {
    boolean ofCollection = path.groupResource().equals(new GroupResource("", "bindings"));
    String action = ofCollection ? "binding" : path.subresource();
    if (!action.equals("binding") && !action.equals("eviction")) {
      throw ApiException.methodNotSupported(path.groupResource(), "create");
    }
    ObjectNode object = BodyReader.read(body, path, options.fieldValidation(), context);
    Creates.agreeNamespace(path, Meta.of(object));
    if (ofCollection) {
      Meta.of(object).wipeSystemFields();
    }
    if (action.equals("eviction")) {
      evictions.evict(path, object, options.dryRun());
    } else {
      ObjectPath pod =
          ofCollection
              ? ObjectPath.of(
                  builtIn.get("", "v1", "pods"), path.namespace(), Meta.of(object).name())
              : ObjectPath.of(path.type(), path.namespace(), path.name());
      Bindings.validate(pod, object);
      committer.run(
          pod,
          options.dryRun(),
          (version, _) -> Bindings.outcome(pod, object, version, clock.instant()));
    }
    return WriteResult.of(201, success(201, null));
  }

  /**
   * Replaces an object, or the part of it that a subresource exposes.
   *
   * @throws ApiException with the Status of the refusal
   */
  public WriteResult update(ObjectPath path, RequestBody body, WriteOptions options, User user) {
    path.require("update");
    return telling(context(user, options), context -> changes.update(path, body, options, context));
  }

  /**
   * Patches an object, or the part of it that a subresource exposes. A server-side apply creates an
   * object that does not exist.
   *
   * @param body the patch, whose kind is its media type
   * @throws ApiException with the Status of the refusal
   */
  public WriteResult patch(ObjectPath path, RequestBody body, WriteOptions options, User user) {
    path.require("patch");
    return telling(context(user, options), context -> changes.patch(path, body, options, context));
  }

  /**
   * Deletes an object, or starts its graceful deletion.
   *
   * @throws ApiException with the Status of the refusal
   */
  public WriteResult delete(ObjectPath path, DeleteOptions options, User user) {
    path.require("delete");
    if (!path.subresource().isEmpty()) {
      throw ApiException.methodNotSupported(path.groupResource(), "delete");
    }
    String kept = path.type().rules().keeps(path.name());
    if (!kept.isEmpty()) {
      throw ApiException.forbidden(path.groupResource(), path.name(), kept);
    }
    return telling(Deletes.warnings(path, options), () -> deleted(path, options));
  }

  private WriteResult deleted(ObjectPath path, DeleteOptions options) {
    CommitResult written = delete(path, options);
    if (written.how() == How.REMOVED) {
      return new WriteResult(200, ResponseBodies.deleted(path, written));
    }
    // As upstream: 202 for one way to ask for a cascade, so as not to break clients of the others.
    int code = Boolean.FALSE.equals(options.orphanDependents()) ? 202 : 200;
    return new WriteResult(code, ResponseBodies.object(path.type(), written));
  }

  /** Deletes an object, for a request or on the server's own behalf. */
  CommitResult delete(ObjectPath path, DeleteOptions options) {
    NamespaceLifecycle.admitDelete(path);
    return committer.run(
        path,
        options.dryRun(),
        (version, _) -> Deletes.outcome(path, options, version, clock.instant()));
  }

  /**
   * Deletes the selected objects. The answer is the list of them, or a Status if the list would
   * take more than {@link DeletedList#MAX_BYTES} or an object cannot be read.
   *
   * @param path of the collection
   * @param list with a field selector that is resolved to canonical names
   * @throws ApiException with the first refusal; deletions made before it stay
   */
  public WriteResult deleteCollection(
      ObjectPath path, ListOptions list, DeleteOptions options, User user) {
    path.require("deletecollection");
    if (path.type().namespaced() && path.namespace().isEmpty()) {
      // A request across all namespaces can only read.
      throw ApiException.methodNotAllowed();
    }
    return telling(Deletes.warnings(path, options), () -> deletedCollection(path, list, options));
  }

  private WriteResult deletedCollection(ObjectPath path, ListOptions list, DeleteOptions options) {
    byte[] deleted = collections.runAndList(path, list, options);
    if (deleted != null) {
      return new WriteResult(200, deleted);
    }
    return WriteResult.of(
        200, success(200, new Details("", "", path.type().kind(), "", List.of(), 0)));
  }

  /** How often a write was retried because another one came first. */
  public long conflicts() {
    return committer.conflicts();
  }

  /** Repairs what Services hold. */
  public AllocationRepair repair() {
    return repair;
  }

  Committer committer() {
    return committer;
  }

  Changes changes() {
    return changes;
  }

  DeleteCollections collections() {
    return collections;
  }

  InstantSource clock() {
    return clock;
  }

  private static Status success(int code, @Nullable Details details) {
    return new Status("", "", Status.SUCCESS, "", "", details, code);
  }

  private WriteContext context(User user, WriteOptions options) {
    return new WriteContext(
        clock.instant(),
        user.name(),
        user.uid(),
        user.groups(),
        user.extra(),
        options.fieldManager(),
        new LinkedHashSet<>());
  }

  /** Runs a write, and tells what there is to warn of, whether it is refused or not. */
  private static WriteResult telling(
      WriteContext context, Function<WriteContext, WriteResult> write) {
    return telling(context.warnings(), () -> write.apply(context));
  }

  /**
   * @param warnings read when the write is done
   */
  private static WriteResult telling(Collection<String> warnings, Supplier<WriteResult> write) {
    try {
      return write.get().withWarnings(warnings);
    } catch (ApiException refusal) {
      throw refusal.withWarnings(warnings);
    }
  }
}
