package dev.rheo.merge.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.rheo.merge.path.FieldPath;
import dev.rheo.merge.path.FieldSet;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The managed fields of an object seen through its subresource {@code scale}, which has one field
 * of it: the replicas.
 *
 * @param parent those of the object
 * @param apiVersion of the object
 * @param replicas where the object has its replicas, by the API versions that it is served in;
 *     {@link #NOWHERE} in those that have no scale
 */
public record ScaleFields(
    ManagedFields parent, String apiVersion, Map<String, FieldPath> replicas) {
  /** The place of replicas in a version that has none. */
  public static final FieldPath NOWHERE = FieldPath.ROOT;

  private static final String SCALE_VERSION = "autoscaling/v1";
  private static final FieldPath SCALE_REPLICAS = FieldPath.of("spec", "replicas");

  /**
   * @param list the object's, null if it has none
   * @throws ManagedFields.InvalidException if an entry is malformed
   */
  public static ScaleFields of(
      @Nullable JsonNode list, String apiVersion, Map<String, FieldPath> replicas)
      throws ManagedFields.InvalidException {
    return new ScaleFields(ManagedFields.read(list), apiVersion, replicas);
  }

  /** Those of an object without managers. */
  public static ScaleFields none(String apiVersion, Map<String, FieldPath> replicas) {
    return new ScaleFields(ManagedFields.none(), apiVersion, replicas);
  }

  /** The managed fields of the scale: the managers of the object's replicas. */
  public ArrayNode toScale() {
    ManagedFields scale = ManagedFields.none();
    parent
        .owners()
        .forEach(
            (manager, owned) -> {
              if (owns(owned)) {
                put(scale, manager, SCALE_REPLICAS, SCALE_VERSION, owned.applied());
              }
            });
    return scale.write();
  }

  /** Whether the replicas are among the fields. */
  private boolean owns(OwnedFields owned) {
    return owned.fields().has(path(owned.apiVersion()));
  }

  private FieldPath path(String version) {
    return replicas.getOrDefault(version, NOWHERE);
  }

  /**
   * The managed fields of the object after a write of the scale: who lost the scale's replicas lost
   * the object's.
   *
   * @param list those of the scale after the write, null if it has none
   * @throws ManagedFields.InvalidException if an entry is malformed
   */
  public ArrayNode toParent(@Nullable JsonNode list) throws ManagedFields.InvalidException {
    ManagedFields sent = ManagedFields.read(list);
    Map<ManagerId, OwnedFields> scale = sent.owners();
    ManagedFields after = ManagedFields.none();
    parent
        .owners()
        .forEach(
            (manager, owned) -> {
              if (!replicas.containsKey(owned.apiVersion())) {
                return;
              }
              OwnedFields left = owned;
              if (owns(owned) && scale.remove(in(manager, SCALE_VERSION)) == null) {
                left = owned.with(owned.fields().difference(FieldSet.of(path(owned.apiVersion()))));
              }
              if (!left.fields().isEmpty()) {
                after.owners().put(manager, left);
                Instant time = parent.times().get(manager);
                if (time != null) {
                  after.times().put(manager, time);
                }
              }
            });
    scale.forEach(
        (manager, owned) -> {
          if (owned.fields().has(SCALE_REPLICAS)) {
            ManagerId id = put(after, manager, path(apiVersion), apiVersion, owned.applied());
            Instant time = sent.times().get(manager);
            if (time != null) {
              after.times().put(id, time);
            }
          }
        });
    return after.write();
  }

  /** An updater's version is part of what it is told by. */
  private static ManagerId in(ManagerId manager, String version) {
    return manager.applies()
        ? manager
        : new ManagerId(manager.name(), false, version, manager.subresource());
  }

  private ManagerId put(
      ManagedFields to, ManagerId manager, FieldPath path, String version, boolean applied) {
    ManagerId id = in(manager, version);
    to.owners().put(id, new OwnedFields(FieldSet.of(path), version, applied));
    Instant time = parent.times().get(manager);
    if (time != null) {
      to.times().put(id, time);
    }
    return id;
  }
}
