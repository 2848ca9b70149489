package dev.rheo.merge.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.tree.Trees;
import dev.rheo.merge.path.FieldPath;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.typed.Comparison;
import dev.rheo.merge.typed.MergeType;
import dev.rheo.merge.typed.TypedException;
import dev.rheo.merge.typed.Validator;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Keeps {@code metadata.managedFields} of the objects of one kind, in one API version and for one
 * subresource, and applies configurations to them.
 *
 * <p>Objects are trees in that version, in their canonical form, with the zero values that are
 * always written. None is changed but where it is said.
 *
 * <p>Thread-safe if its converter and its filter are.
 */
public final class FieldManager {
  private static final int MAX_UPDATERS = 10;
  private static final String METADATA = "metadata";
  private static final String MANAGED_FIELDS = "managedFields";

  /** The client whose applied configurations take over what {@code kubectl apply} managed. */
  private static final String KUBECTL = "kubectl";

  /** What nobody owns, as the server sets it or the object's identity is made of it. */
  private static final FieldSet UNOWNED =
      FieldSet.of(
          FieldPath.of("apiVersion"),
          FieldPath.of("kind"),
          FieldPath.of(METADATA),
          FieldPath.of(METADATA, "name"),
          FieldPath.of(METADATA, "namespace"),
          FieldPath.of(METADATA, "creationTimestamp"),
          FieldPath.of(METADATA, "selfLink"),
          FieldPath.of(METADATA, "uid"),
          FieldPath.of(METADATA, "clusterName"),
          FieldPath.of(METADATA, "generation"),
          FieldPath.of(METADATA, MANAGED_FIELDS),
          FieldPath.of(METADATA, "resourceVersion"));

  private final MergeType type;
  private final String apiVersion;
  private final String subresource;
  private final Updater updater;

  /**
   * @param type of the objects
   * @param subresource through which is written, empty for the object itself
   * @param tracked leaves of a set the fields that these writes can change
   */
  public FieldManager(
      MergeType type,
      String apiVersion,
      String subresource,
      VersionConverter converter,
      UnaryOperator<FieldSet> tracked) {
    this.type = type;
    this.apiVersion = apiVersion;
    this.subresource = subresource;
    this.updater = new Updater(converter, tracked);
  }

  /**
   * The managed fields after an update.
   *
   * @param live the object before; an empty one if it is created
   * @param wanted the object after, with the managed fields that the client sent
   * @param created whether the object is created
   * @param manager the client's name for itself; empty if it gave none
   * @return empty if nothing is managed
   * @throws TypedException if one of the objects is not of its type
   */
  public ArrayNode update(
      ObjectNode live, ObjectNode wanted, boolean created, String manager, Instant now)
      throws TypedException {
    Typed before = bare(live);
    Typed after = bare(wanted);
    Comparison compared = updater.compare(before, after);
    Instant time = now.truncatedTo(ChronoUnit.SECONDS);
    JsonNode present = live.path(METADATA).path(MANAGED_FIELDS);
    JsonNode sent = wanted.path(METADATA).path(MANAGED_FIELDS);
    if (sent.isMissingNode() || sent.equals(present) || !subresource.isEmpty()) {
      ArrayNode renewed =
          OwnChange.renewed(present, compared, id(manager, false), apiVersion, time);
      if (renewed != null) {
        return renewed;
      }
    }
    // Before the list is written, only its sets are needed.
    long mark = Meter.mark();
    ManagedFields managed = sentOrLive(live, wanted);
    // Who has cleared the managed fields of an object does not want them back with an update.
    if (!managed.owners().isEmpty() || created) {
      managed = updated(before, after, compared, managed, manager, time);
    }
    Meter.release(mark);
    return managed.write();
  }

  private ManagedFields updated(
      Typed before,
      Typed after,
      Comparison compared,
      ManagedFields managed,
      String manager,
      Instant time)
      throws TypedException {
    ManagerId id = id(manager, false);
    // The operation gets a manager of its own at first, to tell whether it changed anything.
    ManagerId self = new ManagerId("current-operation", false, "", subresource);
    Map<ManagerId, OwnedFields> owners =
        updater.update(before, after, compared, apiVersion, managed.owners(), self);
    OwnedFields changed = owners.remove(self);
    ManagedFields noted = new ManagedFields(owners, managed.times());
    if (changed != null) {
      FieldSet fields = changed.fields().difference(UNOWNED);
      if (!fields.isEmpty()) {
        OwnedFields own = owners.get(id);
        owners.put(id, changed.with(own == null ? fields : fields.union(own.fields())));
        noted.times().put(id, time);
      }
    }
    noted.cap(MAX_UPDATERS);
    return noted;
  }

  /**
   * The managed fields that an update starts from. A client may send its own, even an empty list,
   * which clears them. Without any, or with malformed ones, those of the object stay, so that a
   * client which does not know them does not delete them.
   */
  private ManagedFields sentOrLive(ObjectNode live, ObjectNode wanted) {
    JsonNode sent = subresource.isEmpty() ? wanted.path(METADATA).get(MANAGED_FIELDS) : null;
    if (sent != null && isReset(sent)) {
      return ManagedFields.none();
    }
    if (sent != null) {
      try {
        ManagedFields managed = ManagedFields.read(sent);
        if (!managed.owners().isEmpty()) {
          return managed;
        }
      } catch (ManagedFields.InvalidException e) {
        // Those of the object stay.
      }
    }
    try {
      return ManagedFields.read(live.path(METADATA).get(MANAGED_FIELDS));
    } catch (ManagedFields.InvalidException e) {
      return ManagedFields.none();
    }
  }

  private static boolean isReset(JsonNode list) {
    return list.isArray()
        && (list.isEmpty()
            || (list.size() == 1 && list.get(0).isObject() && list.get(0).isEmpty()));
  }

  /**
   * Applies a configuration.
   *
   * @param live the object; an empty one, with kind and apiVersion, if there is none yet
   * @param configuration what the manager wants; not in canonical form, so that what it does not
   *     say is not owned
   * @param created whether there is no object yet
   * @param force whether to take fields of other managers
   * @return the object with its managed fields, a new tree that shares parts with the others
   * @throws ConflictException if it would change fields of other managers, and is not forced to
   * @throws TypedException if the configuration is not of its type
   * @throws ManagedFields.InvalidException if the object's managed fields cannot be read
   */
  public ObjectNode apply(
      ObjectNode live,
      ObjectNode configuration,
      boolean created,
      String manager,
      boolean force,
      Instant now)
      throws ConflictException, TypedException, ManagedFields.InvalidException {
    Validator.validate(configuration, type, false);
    ManagedFields managed = ManagedFields.read(live.path(METADATA).get(MANAGED_FIELDS));
    if (managed.owners().isEmpty() && !created) {
      Typed empty = new Typed(JsonNodeFactory.instance.objectNode(), type);
      Typed all = bare(live);
      managed =
          updated(
              empty,
              all,
              updater.compare(empty, all),
              managed,
              "before-first-apply",
              now.truncatedTo(ChronoUnit.SECONDS));
    }
    ObjectNode applied;
    try {
      applied = applied(live, configuration, managed, manager, force, now);
    } catch (ConflictException e) {
      if (!manager.equals(KUBECTL)) {
        throw e;
      }
      LastApplied.requireOwn(e, bare(live), apiVersion);
      applied = applied(live, configuration, managed, manager, true, now);
    }
    if (manager.equals(KUBECTL)) {
      LastApplied.renew(applied, configuration);
    }
    return applied;
  }

  private ObjectNode applied(
      ObjectNode live,
      ObjectNode configuration,
      ManagedFields managed,
      String manager,
      boolean force,
      Instant now)
      throws ConflictException, TypedException {
    ManagerId id = id(manager, true);
    long mark = Meter.mark();
    Updater.Applied applied =
        updater.apply(
            bare(live), new Typed(configuration, type), apiVersion, managed.owners(), id, force);
    ManagedFields after = new ManagedFields(applied.managers(), managed.times());
    OwnedFields own = after.owners().get(id);
    if (own != null) {
      FieldSet fields = own.fields().difference(UNOWNED);
      if (fields.isEmpty()) {
        after.owners().remove(id);
      } else {
        after.owners().put(id, own.with(fields));
      }
    }
    Meter.release(mark);
    Typed object = applied.object();
    if (object != null) {
      after.times().put(id, now.truncatedTo(ChronoUnit.SECONDS));
    }
    return with(
        object != null && object.value() instanceof ObjectNode merged ? merged : live,
        after.write());
  }

  private ManagerId id(String manager, boolean applies) {
    return new ManagerId(
        manager.isEmpty() ? "unknown" : manager, applies, applies ? "" : apiVersion, subresource);
  }

  /** The object without its managed fields, which nobody manages. */
  private Typed bare(ObjectNode object) {
    return new Typed(ManagedFields.without(object), type);
  }

  /** A shallow copy of the object with other managed fields. */
  private static ObjectNode with(ObjectNode object, ArrayNode managedFields) {
    ObjectNode copy = ManagedFields.without(object);
    if (!managedFields.isEmpty()) {
      Trees.metadata(copy).set(MANAGED_FIELDS, managedFields);
    }
    return copy;
  }
}
