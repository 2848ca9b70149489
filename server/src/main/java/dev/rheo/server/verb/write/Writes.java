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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
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
  private static final int INVALID = 422;

  private final ResourceRegistry registry;
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
      ResourceRegistry registry,
      InstantSource clock,
      RandomGenerator random,
      BooleanSupplier mayGrow,
      Duration eventTtl,
      Reviews reviews,
      List<AdmissionPlugin> plugins,
      TokenIssuer issuer,
      ServiceAllocator allocator) {
    this.registry = registry;
    this.reviews = reviews;
    this.clock = clock;
    Versions versions = new Versions(store, cache);
    Ownership ownership = new Ownership(registry);
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
    return told(
        context(user, options),
        (context, warnings) -> {
          if (!path.type().isStored() && Reviews.isReview(path.type().plural())) {
            return review(path, read(body, path, options, warnings), context, user);
          }
          if (path.subresource().equals("token")) {
            return token(path, read(body, path, options, warnings), context);
          }
          if (!path.subresource().isEmpty() || !path.type().isStored()) {
            return createBySubresource(path, body, options, warnings);
          }
          return createStored(path, body, options, context, warnings);
        });
  }

  /**
   * Decodes the body of a create.
   *
   * @param warnings takes what is to be told of it
   */
  private static ObjectNode read(
      RequestBody body, ObjectPath path, WriteOptions options, List<String> warnings) {
    BodyReader.DecodedObject read = BodyReader.read(body, path, options.fieldValidation());
    warnings.addAll(read.warnings());
    return read.object();
  }

  private WriteResult createStored(
      ObjectPath path,
      RequestBody body,
      WriteOptions options,
      WriteContext context,
      List<String> warnings) {
    ObjectNode object = read(body, path, options, warnings);
    Creates.Created created =
        Changes.fitting(
            managed ->
                creates.create(
                    path,
                    managed
                        ? object
                        : BodyReader.read(body, path, options.fieldValidation()).object(),
                    options,
                    context,
                    managed));
    return WriteResult.of(201, ResponseBodies.object(path.type(), created.written()));
  }

  /** Creates an object on the server's own behalf. */
  void createObject(
      ObjectPath path, ObjectNode object, WriteOptions options, WriteContext context) {
    creates.create(path, object, options, context, true);
  }

  private WriteResult review(ObjectPath path, ObjectNode review, WriteContext context, User user) {
    Creates.agreeNamespace(path, Meta.of(review));
    changes.note(path, review, context);
    if (path.type().plural().equals("selfsubjectreviews")) {
      Meta.of(review).created(context.now());
    }
    reviews.answer(path.type().plural(), review, path.namespace(), user);
    return WriteResult.of(201, Canonicalizer.encodeAnswer(review, path.objectType()));
  }

  private WriteResult token(ObjectPath path, ObjectNode request, WriteContext context) {
    Creates.agreeNamespace(path, Meta.of(request));
    tokenDefaults.apply(request);
    changes.note(path, request, context);
    List<Op> unused = lifecycle.admitCreate(path, false);
    tokens.answer(path, request, context.now());
    return WriteResult.of(201, Canonicalizer.encodeAnswer(request, path.objectType()));
  }

  private WriteResult createBySubresource(
      ObjectPath path, RequestBody body, WriteOptions options, List<String> warnings) {
    boolean ofCollection = path.groupResource().equals(new GroupResource("", "bindings"));
    String action = ofCollection ? "binding" : path.subresource();
    if (!action.equals("binding") && !action.equals("eviction")) {
      throw ApiException.methodNotSupported(path.groupResource(), "create");
    }
    ObjectNode object = read(body, path, options, warnings);
    Creates.agreeNamespace(path, Meta.of(object));
    if (action.equals("eviction")) {
      evictions.evict(path, object, options.dryRun());
    } else {
      ObjectPath pod =
          ofCollection
              ? ObjectPath.of(
                  registry.get("", "v1", "pods"), path.namespace(), Meta.of(object).name())
              : ObjectPath.of(path.type(), path.namespace(), path.name());
      Bindings.validate(pod, object);
      committer.run(
          pod,
          options.dryRun(),
          (version, _) -> Bindings.outcome(pod, object, version, clock.instant()));
    }
    return WriteResult.of(201, success(201, null).toJson());
  }

  /**
   * Replaces an object, or the part of it that a subresource exposes.
   *
   * @throws ApiException with the Status of the refusal
   */
  public WriteResult update(ObjectPath path, RequestBody body, WriteOptions options, User user) {
    path.require("update");
    return told(
        context(user, options),
        (context, warnings) -> changes.update(path, body, options, context, warnings));
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
    return told(
        context(user, options),
        (context, warnings) -> changes.patch(path, body, options, context, warnings));
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
    String kept = path.type().storage().rules().keeps(path.name());
    if (!kept.isEmpty()) {
      throw ApiException.forbidden(path.groupResource(), path.name(), kept);
    }
    CommitResult written = delete(path, options);
    if (written.how() == How.REMOVED) {
      return WriteResult.of(200, ResponseBodies.deleted(path, written));
    }
    // As upstream: 202 for one way to ask for a cascade, so as not to break clients of the others.
    int code = Boolean.FALSE.equals(options.orphanDependents()) ? 202 : 200;
    return WriteResult.of(code, ResponseBodies.object(path.type(), written));
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
    byte[] deleted = collections.runAndList(path, list, options);
    if (deleted != null) {
      return WriteResult.of(200, deleted);
    }
    return WriteResult.of(
        200, success(200, new Details("", "", path.type().kind(), "", List.of(), 0)).toJson());
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
    return new Status("", Status.SUCCESS, "", "", details, code);
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

  @FunctionalInterface
  private interface Write {
    /**
     * @param warnings takes what is to be told of the body
     */
    WriteResult run(WriteContext context, List<String> warnings);
  }

  /** Adds the warnings about the body and those of the rules to the result, or to the refusal. */
  private static WriteResult told(WriteContext context, Write write) {
    List<String> warnings = new ArrayList<>(0);
    WriteResult result;
    try {
      result = write.run(context, warnings);
    } catch (ApiException refusal) {
      // As upstream, the rules warn only of what they find valid.
      if (refusal.code() != INVALID) {
        warnings.addAll(context.warnings());
      }
      throw warnings.isEmpty() ? refusal : refusal.withWarnings(warnings);
    }
    warnings.addAll(context.warnings());
    return new WriteResult(result.code(), result.body(), warnings);
  }
}
