package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.options.WriteOptions;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Status;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.resource.rules.Validation;
import dev.rheo.resource.rules.WritePreparation;
import dev.rheo.resource.type.CustomObjects;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.server.admission.AdmissionPlugin;
import dev.rheo.server.admission.AdmissionRequest;
import dev.rheo.store.RevisionStore.Op;
import dev.rheo.store.UnreadableValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Creates objects, by the steps of upstream's {@code BeforeCreate}. */
final class Creates {
  /** How many names are tried for a {@code generateName}. */
  private static final int NAME_ATTEMPTS = 8;

  private final Committer committer;
  private final NamespaceLifecycle lifecycle;
  private final RandomGenerator random;
  private final Supplier<String> uids;
  private final Ownership ownership;
  private final AdmissionPlugin admission;
  private final Allocations allocations;

  Creates(
      Committer committer,
      NamespaceLifecycle lifecycle,
      Ownership ownership,
      AdmissionPlugin admission,
      Allocations allocations,
      RandomGenerator random,
      Supplier<String> uids) {
    this.committer = committer;
    this.lifecycle = lifecycle;
    this.ownership = ownership;
    this.admission = admission;
    this.allocations = allocations;
    this.random = random;
    this.uids = uids;
  }

  /** A stored object and its path. */
  record Created(ObjectPath path, CommitResult written) {}

  /**
   * @param path the collection's path
   * @param sent the object in the API version of the path; modified
   * @param managed whether to note who owns its fields
   */
  Created create(
      ObjectPath path,
      ObjectNode sent,
      WriteOptions options,
      WriteContext context,
      boolean managed) {
    Meta meta = Meta.of(sent);
    meta.wipeSystemFields();
    agreeNamespace(path, meta);
    if (!meta.resourceVersion().isEmpty()) {
      throw ApiException.badRequest("resourceVersion should not be set on objects to be created");
    }
    ObjectNode served = path.completed(sent);
    if (managed) {
      ownership.note(path, served, null, context);
    } else {
      Ownership.clear(served);
    }
    if (path.type().strategy().namesByUid()
        && meta.name().isEmpty()
        && meta.generateName().isEmpty()) {
      meta.name(uids.get());
    }
    ObjectNode object = path.type().toChecked(served);
    if (!meta.name().isEmpty() || meta.generateName().isEmpty()) {
      return attempt(path.withName(meta.name()), object, options, context);
    }
    ApiException taken = null;
    for (int i = 0; i < NAME_ATTEMPTS; i++) {
      // Nothing can be added to an address.
      String name =
          path.type().strategy().names() == Names.Kind.IP_ADDRESS
              ? meta.generateName()
              : Names.generate(meta.generateName(), random::nextInt);
      try {
        return attempt(path.withName(name), object, options, context);
      } catch (ApiException refusal) {
        if (!refusal.reason().equals("AlreadyExists")) {
          throw refusal;
        }
        taken = ApiException.generateNameConflict(path.groupResource(), name, 1);
      }
    }
    throw taken == null ? ApiException.internalError("no name was tried") : taken;
  }

  private Created attempt(
      ObjectPath path, ObjectNode object, WriteOptions options, WriteContext context) {
    // There is no key without a valid name; the validation in prepare refuses such an object.
    if (path.name().isEmpty() || !Names.pathSegment(path.name()).isEmpty()) {
      lifecycle.admitCreate(path, false);
      prepare(path, TreeCopies.of(object), context, true);
      throw ApiException.badRequest("the object has no usable name");
    }
    try {
      CommitResult written =
          committer.run(
              path,
              options.dryRun(),
              context,
              (version, fresh) -> {
                List<Op> checks = lifecycle.admitCreate(path, fresh);
                if (version != null) {
                  // As upstream, what is wrong with the object is told first.
                  prepare(path, TreeCopies.of(object), context, options.dryRun());
                  throw exists(path, version);
                }
                return put(path, TreeCopies.of(object), checks, context, options.dryRun());
              });
      return new Created(path, written);
    } catch (ApiException e) {
      // As upstream: what cannot be read exists.
      throw e.getCause() instanceof UnreadableValueException unreadable
              && unreadable.key().equals(path.key())
          ? ApiException.alreadyExists(path.groupResource(), path.name())
          : e;
    }
  }

  /** Decides on an update that creates the object. */
  Outcome outcome(
      ObjectPath path, ObjectNode object, boolean fresh, WriteContext context, boolean dryRun) {
    List<Op> checks = lifecycle.admitCreate(path, fresh);
    Meta.of(object).wipeSystemFields();
    return put(path, object, checks, context, dryRun);
  }

  private Outcome.Put put(
      ObjectPath path, ObjectNode object, List<Op> checks, WriteContext context, boolean dryRun) {
    ObjectNode prepared = prepare(path, object, context, dryRun);
    List<Op> operations = new ArrayList<>(checks);
    if (!dryRun) {
      operations.addAll(allocations.of(path, null, prepared));
    }
    return new Outcome.Put(path.type().checkedToStored(prepared), operations);
  }

  private ObjectNode prepare(
      ObjectPath path, ObjectNode object, WriteContext context, boolean dryRun) {
    CustomObjects custom = path.type().customObjects();
    if (custom != null && custom.terminating()) {
      throw ApiException.forbidden(
          path.groupResource(),
          path.name(),
          "create not allowed while custom resource definition is terminating");
    }
    AdmissionRequest request = path.admission(object, null);
    admission.admit(request);
    allocations.complete(path, object, dryRun);
    Meta meta = Meta.of(object);
    meta.name(path.name());
    meta.uid(uids.get());
    meta.created(context.now());
    WritePreparation.forCreate(object, path.type(), context);
    Validation.create(object, path.type(), context);
    admission.validate(request);
    return object;
  }

  private static ApiException exists(ObjectPath path, Version version) {
    ApiException refusal = ApiException.alreadyExists(path.groupResource(), path.name());
    if (!Meta.of(version.tree()).isDeleting()) {
      return refusal;
    }
    Status status = refusal.status();
    return new ApiException(
        new Status(
            status.resourceVersion(),
            status.continueToken(),
            status.status(),
            "object is being deleted: " + status.message(),
            status.reason(),
            status.details(),
            status.code()));
  }

  /** Sets the request's namespace; refuses an object of another one. */
  static void agreeNamespace(ObjectPath path, Meta meta) {
    String wanted = path.type().namespaced() ? path.namespace() : "";
    String sent = meta.namespace();
    if (!sent.isEmpty() && !wanted.isEmpty() && !sent.equals(wanted)) {
      throw ApiException.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
    meta.namespace(wanted);
  }
}
