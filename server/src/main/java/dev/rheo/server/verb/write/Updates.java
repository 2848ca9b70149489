package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.options.ResourceVersion;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.resource.rules.Validation;
import dev.rheo.resource.rules.WritePreparation;
import dev.rheo.resource.type.WriteContext;
import dev.rheo.server.admission.AdmissionPlugin;
import dev.rheo.server.admission.AdmissionRequest;
import dev.rheo.store.RevisionStore.Op;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides on updates from all verbs, by the steps of upstream's {@code BeforeUpdate} and the checks
 * around it.
 */
final class Updates {
  private static final String MODIFIED =
      "the object has been modified; please apply your changes to the latest version and try again";

  /** How a write makes the version that it wants. */
  enum Kind {
    /** It brings the whole object, whose uid is a precondition. */
    UPDATE,
    /** It changes the present version, so that another uid is a change of a field. */
    PATCH,
    /** As {@link #PATCH}, and creates an object that does not exist. */
    APPLY
  }

  private final Creates creates;
  private final AdmissionPlugin admission;
  private final Allocations allocations;

  Updates(Creates creates, AdmissionPlugin admission, Allocations allocations) {
    this.creates = creates;
    this.admission = admission;
    this.allocations = allocations;
  }

  /**
   * @param wanted in the version in which it is checked and defaulted, with the client's
   *     resourceVersion; modified
   * @param version the current version, or null
   * @param live its tree in the API version of the path, or null; modified
   */
  Outcome outcome(
      ObjectPath path,
      Kind kind,
      ObjectNode wanted,
      @Nullable Version version,
      @Nullable ObjectNode live,
      boolean fresh,
      WriteContext context,
      boolean dryRun) {
    Meta meta = Meta.of(wanted);
    if (version == null || live == null) {
      return create(path, kind, wanted, fresh, context, dryRun);
    }
    ObjectNode old = path.type().toChecked(live);
    Meta.of(old).resourceVersion("");
    if (kind == Kind.UPDATE) {
      requireUid(path, meta.uid().isEmpty() ? null : meta.uid(), Meta.of(old).uid());
    }
    requireRevision(path, meta.resourceVersion(), version.revision());
    // The stored form has an empty resourceVersion.
    meta.resourceVersion("");
    AdmissionRequest request = path.admission(wanted, old);
    admission.admit(request);
    allocations.complete(path, wanted, old, dryRun);
    WritePreparation.forUpdate(wanted, old, path.type(), path.subresource(), context);
    Validation.update(wanted, old, path.type(), path.subresource(), context);
    admission.validate(request);
    if (isLastFinalizer(path, wanted, old)) {
      return new Outcome.Remove(new Outcome.Content.Tree(path.type().checkedToStored(wanted)));
    }
    List<Op> more = dryRun ? List.of() : allocations.of(path, old, wanted);
    return new Outcome.Put(path.type().checkedToStored(wanted), more);
  }

  private Outcome create(
      ObjectPath path,
      Kind kind,
      ObjectNode wanted,
      boolean fresh,
      WriteContext context,
      boolean dryRun) {
    if (!path.subresource().isEmpty()
        || !(kind == Kind.APPLY || path.type().strategy().createOnUpdate())) {
      throw ApiException.notFound(path.groupResource(), path.name());
    }
    Meta meta = Meta.of(wanted);
    if (!meta.uid().isEmpty() && kind == Kind.APPLY) {
      throw ApiException.conflict(
          path.groupResource(),
          path.name(),
          "uid mismatch: the provided object specified uid "
              + Excerpt.text(meta.uid())
              + ", and no existing object was found");
    }
    if (!meta.uid().isEmpty()) {
      throw uidMismatch(path, meta.uid(), "");
    }
    meta.resourceVersion("");
    return creates.outcome(path, wanted, fresh, context, dryRun);
  }

  /** Whether the update removes the last finalizer that the object's deletion waits for. */
  private static boolean isLastFinalizer(ObjectPath path, ObjectNode wanted, ObjectNode old) {
    Meta before = Meta.of(old);
    Long grace = before.gracePeriod();
    if (!before.isDeleting()
        || !Meta.of(wanted).finalizers().isEmpty()
        || (grace != null && grace != 0)) {
      return false;
    }
    return !path.isNamespace() || wanted.path("spec").path("finalizers").isEmpty();
  }

  private static void requireRevision(ObjectPath path, String sent, long actual) {
    long wanted;
    try {
      wanted = ResourceVersion.parse(sent);
    } catch (ResourceVersion.InvalidException e) {
      throw ApiException.badRequest("metadata.resourceVersion: " + e.why());
    }
    if (wanted == 0) {
      if (path.type().strategy().unconditionalUpdate()) {
        return;
      }
      throw ApiException.invalid(
          path.type().group(),
          path.type().plural(),
          path.name(),
          List.of(
              FieldError.invalid(
                  "metadata.resourceVersion", 0, "must be specified for an update")));
    }
    if (wanted != actual) {
      throw ApiException.conflict(path.groupResource(), path.name(), MODIFIED);
    }
  }

  /**
   * @param wanted null to accept any uid
   */
  static void requireUid(ObjectPath path, @Nullable String wanted, String actual) {
    if (wanted != null && !Objects.equals(wanted, actual)) {
      throw uidMismatch(path, wanted, actual);
    }
  }

  private static ApiException uidMismatch(ObjectPath path, String wanted, String actual) {
    return ApiException.conflict(
        path.groupResource(),
        path.name(),
        "StorageError: invalid object, Code: 4, Key: "
            + Excerpt.text(path.key())
            + ", ResourceVersion: 0, AdditionalErrorMsg: "
            + uidsDiffer(wanted, actual));
  }

  /** What a conflict about two uids tells. */
  static String uidsDiffer(String wanted, String actual) {
    return "Precondition failed: UID in precondition: "
        + Excerpt.text(wanted)
        + ", UID in object meta: "
        + actual;
  }
}
