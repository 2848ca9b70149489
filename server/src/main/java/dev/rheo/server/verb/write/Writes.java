package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.options.DeleteOptions;
import dev.rheo.api.options.FieldValidation;
import dev.rheo.api.options.ListOptions;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Details;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.Status;
import dev.rheo.cache.WatchCache;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.resource.rules.WriteContext;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.security.User;
import dev.rheo.server.verb.read.Freshness;
import dev.rheo.server.verb.write.CommitResult.How;
import dev.rheo.store.RevisionStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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
  private static final String DUPLICATE_OWNERS =
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in"
          + " 1.20+, and may reject such requests as early as 1.24; please fix your requests;"
          + " duplicate UID(s) observed: ";

  private final ResourceRegistry registry;
  private final InstantSource clock;
  private final Committer committer;
  private final Creates creates;
  private final Updates updates;
  private final DeleteCollections collections;
  private final Evictions evictions;

  /**
   * @param random for uids and generated names: unpredictable in production
   * @param mayGrow whether there is memory for one more object
   */
  public Writes(
      RevisionStore store,
      WatchCache cache,
      ResourceRegistry registry,
      InstantSource clock,
      RandomGenerator random,
      BooleanSupplier mayGrow) {
    this.registry = registry;
    this.clock = clock;
    Versions versions = new Versions(store, cache);
    this.committer = new Committer(store, versions, mayGrow);
    this.creates = new Creates(committer, new NamespaceLifecycle(registry, versions), random);
    this.updates = new Updates(creates);
    this.collections = new DeleteCollections(new Freshness(store, cache), cache, committer, clock);
    this.evictions = new Evictions(committer, versions, cache, collections, registry, clock);
  }

  /**
   * Creates an object, or performs the action of a subresource: a binding or an eviction.
   *
   * @param path of the collection, or of the subresource of an object
   * @throws ApiException with the Status of the refusal
   */
  public WriteResult create(ObjectPath path, RequestBody body, WriteOptions options, User user) {
    path.require("create");
    if (!path.subresource().isEmpty() || !path.type().isStored()) {
      return createBySubresource(path, body, options);
    }
    BodyReader.Read read = read(path, body, options.fieldValidation());
    Creates.Created created = creates.create(path, read.object(), options, context(user));
    return new WriteResult(
        201, ResponseBodies.object(path.type(), created.written()), read.warnings());
  }

  /** Creates an object on the server's own behalf. */
  void createObject(
      ObjectPath path, ObjectNode object, WriteOptions options, WriteContext context) {
    creates.create(path, object, options, context);
  }

  private WriteResult createBySubresource(ObjectPath path, RequestBody body, WriteOptions options) {
    boolean ofCollection = path.groupResource().equals(new GroupResource("", "bindings"));
    String action = ofCollection ? "binding" : path.subresource();
    if (!action.equals("binding") && !action.equals("eviction")) {
      throw ApiException.methodNotSupported(path.groupResource(), "create");
    }
    BodyReader.Read read = read(path, body, options.fieldValidation());
    ObjectNode object = read.object();
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
    return WriteResult.of(201, success(201, null), read.warnings());
  }

  /**
   * Replaces an object, or the part of it that a subresource exposes.
   *
   * @throws ApiException with the Status of the refusal
   */
  public WriteResult update(ObjectPath path, RequestBody body, WriteOptions options, User user) {
    path.require("update");
    requireWholeOrScale(path);
    BodyReader.Read read = read(path, body, options.fieldValidation());
    agree(path, read.object());
    WriteContext context = context(user);
    if (!path.takesWhole()) {
      return scale(path, options, context, read.warnings(), _ -> read.object());
    }
    ObjectNode sent = stored(path.type(), read.object());
    CommitResult written =
        committer.run(
            path,
            options.dryRun(),
            (version, fresh) ->
                updates.outcome(path, TreeCopies.of(sent), version, fresh, context));
    return answer(path, written, read.warnings());
  }

  /**
   * Patches an object, or the part of it that a subresource exposes.
   *
   * @param body the patch, whose kind is its media type
   * @throws ApiException with the Status of the refusal
   */
  public WriteResult patch(ObjectPath path, RequestBody body, WriteOptions options, User user) {
    path.require("patch");
    requireWholeOrScale(path);
    Patches patch = Patches.read(body, path.objectType());
    WriteContext context = context(user);
    if (!path.takesWhole()) {
      List<String> warnings = new ArrayList<>();
      return scale(
          path,
          options,
          context,
          warnings,
          scale -> {
            BodyReader.Read patched = patch.apply(scale, path, options.fieldValidation());
            warnings.clear();
            warnings.addAll(patched.warnings());
            agree(path, patched.object());
            return patched.object();
          });
    }
    List<String> warnings = new ArrayList<>();
    CommitResult written =
        committer.run(
            path,
            options.dryRun(),
            (version, fresh) -> {
              if (version == null) {
                throw ApiException.notFound(path.groupResource(), path.name());
              }
              BodyReader.Read patched =
                  patch.apply(
                      ResponseBodies.served(path.type(), version), path, options.fieldValidation());
              warnings.clear();
              warnings.addAll(patched.warnings());
              agree(path, patched.object());
              dedupOwners(patched.object(), warnings);
              return updates.outcome(
                  path, stored(path.type(), patched.object()), version, fresh, context);
            });
    return answer(path, written, warnings);
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
    NamespaceLifecycle.admitDelete(path);
    CommitResult written =
        committer.run(
            path,
            options.dryRun(),
            (version, _) -> Deletes.outcome(path, options, version, clock.instant()));
    if (written.how() == How.REMOVED) {
      return new WriteResult(200, ResponseBodies.deleted(path, written), List.of());
    }
    // As upstream: 202 for one way to ask for a cascade, so as not to break clients of the others.
    int code = Boolean.FALSE.equals(options.orphanDependents()) ? 202 : 200;
    return new WriteResult(code, ResponseBodies.object(path.type(), written), List.of());
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
      return new WriteResult(200, deleted, List.of());
    }
    return WriteResult.of(
        200, success(200, new Details("", "", path.type().kind(), "", List.of(), 0)), List.of());
  }

  /** How often a write was retried because another one came first. */
  public long conflicts() {
    return committer.conflicts();
  }

  Committer committer() {
    return committer;
  }

  Updates updates() {
    return updates;
  }

  DeleteCollections collections() {
    return collections;
  }

  InstantSource clock() {
    return clock;
  }

  @FunctionalInterface
  private interface ScaleChange {
    ObjectNode apply(ObjectNode present);
  }

  private WriteResult scale(
      ObjectPath path,
      WriteOptions options,
      WriteContext context,
      List<String> warnings,
      ScaleChange change) {
    ObjectPath parent = ObjectPath.of(path.type(), path.namespace(), path.name());
    CommitResult written =
        committer.run(
            parent,
            options.dryRun(),
            (version, fresh) -> {
              if (version == null) {
                throw ApiException.notFound(
                    new GroupResource(
                        path.type().group(), path.type().plural() + "/" + Scales.SUBRESOURCE),
                    path.name());
              }
              ObjectNode present = ResponseBodies.served(path.type(), version);
              ObjectNode wanted = change.apply(Scales.of(present));
              return updates.outcome(
                  parent,
                  stored(path.type(), Scales.applied(path, wanted, present)),
                  version,
                  fresh,
                  context);
            });
    ObjectNode scale = Scales.of(ResponseBodies.served(path.type(), written));
    byte[] body = Canonicalizer.encodeAnswer(scale, path.objectType());
    return new WriteResult(200, body, warnings);
  }

  private static void requireWholeOrScale(ObjectPath path) {
    if (!path.type().isStored()
        || !(path.takesWhole() || path.subresource().equals(Scales.SUBRESOURCE))) {
      throw ApiException.methodNotSupported(path.groupResource(), "update");
    }
  }

  private BodyReader.Read read(ObjectPath path, RequestBody body, FieldValidation validation) {
    BodyReader.Read read = BodyReader.read(body, path, validation);
    dedupOwners(read.object(), read.warnings());
    return read;
  }

  private static void dedupOwners(ObjectNode object, List<String> warnings) {
    List<String> duplicates = Meta.of(object).dedupOwners();
    if (!duplicates.isEmpty()) {
      warnings.add(DUPLICATE_OWNERS + String.join(", ", duplicates));
    }
  }

  /** Refuses an object whose name or namespace is not that of the path. */
  private static void agree(ObjectPath path, ObjectNode object) {
    Meta meta = Meta.of(object);
    Creates.agreeNamespace(path, meta);
    if (meta.name().isEmpty()) {
      throw ApiException.badRequest(
          "the name of the object ("
              + Excerpt.text(path.name())
              + " based on URL) was undeterminable: name must be provided");
    }
    if (!meta.name().equals(path.name())) {
      throw ApiException.badRequest(
          "the name of the object ("
              + Excerpt.text(meta.name())
              + ") does not match the name on the URL ("
              + Excerpt.text(path.name())
              + ")");
    }
  }

  private static ObjectNode stored(ResourceType type, ObjectNode object) {
    type.defaults().apply(object);
    return type.conversion().toStored(object);
  }

  private static WriteResult answer(ObjectPath path, CommitResult written, List<String> warnings) {
    return new WriteResult(
        written.how() == How.CREATED ? 201 : 200,
        ResponseBodies.object(path.type(), written),
        warnings);
  }

  private static Status success(int code, @Nullable Details details) {
    return new Status("", Status.SUCCESS, "", "", details, code);
  }

  private WriteContext context(User user) {
    return new WriteContext(clock.instant(), user.name(), user.uid(), user.groups(), user.extra());
  }
}
