package dev.rheo.merge.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.path.FieldsV1;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code metadata.managedFields} says: the managers of an object, their fields, and when each
 * of them last changed something.
 *
 * @param owners modifiable
 * @param times when a manager last changed something, in seconds; it may be missing
 */
public record ManagedFields(Map<ManagerId, OwnedFields> owners, Map<ManagerId, Instant> times) {
  private static final String APPLY = "Apply";
  private static final String UPDATE = "Update";
  private static final String FIELDS_V1 = "FieldsV1";

  /** Managed fields that cannot be read; the message says why. */
  public static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidException(String message) {
      super(message);
    }
  }

  /** A copy of an object without its managed fields; only the object and its metadata are new. */
  public static ObjectNode without(ObjectNode object) {
    ObjectNode copy = object.objectNode().setAll(object);
    if (object.get("metadata") instanceof ObjectNode metadata) {
      ObjectNode rest = copy.putObject("metadata").setAll(metadata);
      rest.remove("managedFields");
    }
    return copy;
  }

  static ManagedFields none() {
    return new ManagedFields(new TreeMap<>(), new TreeMap<>());
  }

  /**
   * Reads the list of an object.
   *
   * @param list null if the object has none
   * @throws InvalidException if an entry is malformed
   */
  public static ManagedFields read(@Nullable JsonNode list) throws InvalidException {
    ManagedFields managed = none();
    for (int i = 0; list != null && i < list.size(); i++) {
      JsonNode entry = list.get(i);
      String operation = entry.path("operation").asText();
      if (!operation.equals(APPLY) && !operation.equals(UPDATE)) {
        throw new InvalidException("operation must be `Apply` or `Update`");
      }
      String apiVersion = entry.path("apiVersion").asText();
      if (apiVersion.isEmpty()) {
        throw new InvalidException("apiVersion must not be empty");
      }
      String fieldsType = entry.path("fieldsType").asText();
      if (!fieldsType.equals(FIELDS_V1)) {
        throw new InvalidException(
            fieldsType.isEmpty()
                ? "missing fieldsType in managed fields entry " + i
                : "invalid fieldsType \"" + fieldsType + "\" in managed fields entry " + i);
      }
      boolean applies = operation.equals(APPLY);
      ManagerId manager =
          new ManagerId(
              entry.path("manager").asText(),
              applies,
              applies ? "" : apiVersion,
              entry.path("subresource").asText());
      managed.owners.put(manager, new OwnedFields(fields(entry), apiVersion, applies));
      Instant time = time(entry.path("time").asText());
      if (time != null) {
        managed.times.put(manager, time);
      }
    }
    return managed;
  }

  private static FieldSet fields(JsonNode entry) throws InvalidException {
    JsonNode fields = entry.get("fieldsV1");
    try {
      return fields == null || fields.isNull() ? FieldSet.EMPTY : FieldsV1.read(fields);
    } catch (FieldsV1.InvalidException e) {
      throw new InvalidException("error decoding set: " + e.getMessage());
    }
  }

  private static @Nullable Instant time(String text) {
    try {
      return text.isEmpty() ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  /** The list as an object holds it, in upstream's order; empty if there are no managers. */
  public ArrayNode write() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    List<ManagerId> order = new ArrayList<>(owners.keySet());
    order.sort(
        Comparator.comparing((ManagerId manager) -> operation(manager))
            .thenComparing(this::seconds)
            .thenComparing(ManagerId::name)
            .thenComparing(this::version)
            .thenComparing(ManagerId::subresource));
    for (ManagerId manager : order) {
      ObjectNode entry = list.addObject();
      put(entry, "manager", manager.name());
      entry.put("operation", operation(manager));
      entry.put("apiVersion", version(manager));
      Instant time = times.get(manager);
      if (time != null) {
        entry.put("time", time.toString());
      }
      entry.put("fieldsType", FIELDS_V1);
      OwnedFields owned = owners.get(manager);
      entry.set("fieldsV1", FieldsV1.write(owned == null ? FieldSet.EMPTY : owned.fields()));
      put(entry, "subresource", manager.subresource());
    }
    return list;
  }

  private static String operation(ManagerId manager) {
    return manager.applies() ? APPLY : UPDATE;
  }

  private String version(ManagerId manager) {
    OwnedFields owned = owners.get(manager);
    return owned == null ? manager.apiVersion() : owned.apiVersion();
  }

  private long seconds(ManagerId manager) {
    Instant time = times.get(manager);
    return time == null ? 0 : time.getEpochSecond();
  }

  private static void put(ObjectNode entry, String field, String value) {
    if (!value.isEmpty()) {
      entry.put(field, value);
    }
  }

  /**
   * Puts the oldest updaters of a version together until at most {@code most} are left, under the
   * name {@code ancient-changes}. The first of each version stays as it is until a second one
   * comes.
   */
  void cap(int most) {
    List<ManagerId> updaters = new ArrayList<>();
    owners.forEach(
        (manager, owned) -> {
          if (!owned.applied()) {
            updaters.add(manager);
          }
        });
    int left = updaters.size();
    if (left <= most) {
      return;
    }
    updaters.sort(Comparator.comparing(this::seconds).thenComparing(Comparator.naturalOrder()));
    Map<String, ManagerId> first = new TreeMap<>();
    for (ManagerId manager : updaters) {
      OwnedFields owned = owners.get(manager);
      if (left <= most || owned == null) {
        break;
      }
      String version = owned.apiVersion();
      ManagerId before = first.putIfAbsent(version, manager);
      if (before == null) {
        continue;
      }
      ManagerId bucket = new ManagerId("ancient-changes", false, version, "");
      if (!owners.containsKey(bucket)) {
        OwnedFields oldest = owners.remove(before);
        owners.put(bucket, oldest == null ? owned.with(FieldSet.EMPTY) : oldest);
      }
      owners.computeIfPresent(bucket, (_, sum) -> owned.with(owned.fields().union(sum.fields())));
      owners.remove(manager);
      left--;
      Instant time = times.get(manager);
      if (time != null) {
        times.put(bucket, time);
      }
    }
  }
}
