package dev.rheo.schema.meta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.Untyped;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.schema.Structural;
import dev.rheo.schema.tree.Place;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes what has a type although the rest of a custom resource has none: the type and the
 * metadata of the objects that are embedded in it.
 */
public final class EmbeddedMetadata {
  private static final String METADATA = "metadata";

  private final Place place;

  /** Whether what cannot be decoded is removed; otherwise it is a fault. */
  private final boolean repair;

  private final @Nullable List<String> unknown;

  private EmbeddedMetadata(String fieldPath, boolean repair, @Nullable List<String> unknown) {
    this.place = new Place(fieldPath);
    this.repair = repair;
    this.unknown = unknown;
  }

  /** A part that cannot be decoded. */
  private static final class FaultException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient FieldError fault;

    FaultException(FieldError fault) {
      super(fault.message(), null, false, false);
      this.fault = fault;
    }
  }

  /**
   * Decodes the metadata of embedded objects in place, and so removes fields that it does not have.
   *
   * @param tell whether the paths of the fields are returned
   * @return the paths of what was removed, sorted
   * @throws MalformedException if something cannot be decoded
   */
  public static List<String> decode(ObjectNode object, Structural schema, boolean tell) {
    List<String> unknown = tell ? new ArrayList<>() : null;
    try {
      new EmbeddedMetadata("", false, unknown).value(object, schema, schema.embedded());
    } catch (FaultException e) {
      throw new MalformedException(e.fault.message());
    }
    if (unknown == null) {
      return List.of();
    }
    unknown.sort(null);
    return unknown;
  }

  /** As {@link #decode}, but removes what cannot be decoded; also in the object itself. */
  public static void repair(ObjectNode object, Structural schema) {
    repair(object, schema, true);
  }

  /**
   * @param whole whether the object's own type and metadata are repaired even if the schema does
   *     not tell that it is embedded
   */
  public static void repair(ObjectNode object, Structural schema, boolean whole) {
    try {
      new EmbeddedMetadata("", true, null).value(object, schema, whole || schema.embedded());
    } catch (FaultException e) {
      throw new IllegalStateException(e); // repairing finds no faults
    }
  }

  /**
   * Decodes the metadata within a value in place.
   *
   * @param fieldPath where the value is
   * @param resource whether the value is an object of its own, whether or not the schema says so
   * @return the first fault; null if there is none
   */
  public static @Nullable FieldError check(
      String fieldPath, JsonNode value, Structural schema, boolean resource) {
    try {
      new EmbeddedMetadata(fieldPath, false, null)
          .value(value, schema, resource || schema.embedded());
      return null;
    } catch (FaultException e) {
      return e.fault;
    }
  }

  private void value(JsonNode value, Structural schema, boolean embedded) throws FaultException {
    if (value instanceof ObjectNode object) {
      object(object, schema, embedded);
    } else if (value instanceof ArrayNode array && schema.items() != null) {
      for (int i = 0; i < array.size(); i++) {
        place.index(i);
        value(array.get(i), schema.items(), schema.items().embedded());
        place.leave();
      }
    }
  }

  private void object(ObjectNode object, Structural schema, boolean embedded)
      throws FaultException {
    for (Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator();
        members.hasNext(); ) {
      Map.Entry<String, JsonNode> member = members.next();
      String name = member.getKey();
      if (embedded && name.equals(METADATA)) {
        metadata(member);
      } else if (embedded && (name.equals("kind") || name.equals("apiVersion"))) {
        if (!member.getValue().isTextual()) {
          if (!repair) {
            throw new FaultException(
                FieldError.invalid(
                    place.text(name), new Untyped(member.getValue()), "must be a string"));
          }
          members.remove();
        }
      } else if (member.getValue().isContainerNode()) {
        declared(name, member.getValue(), schema);
      }
    }
  }

  private void declared(String name, JsonNode value, Structural schema) throws FaultException {
    Structural property = schema.properties().get(name);
    Structural additional = schema.additional().schema();
    if (property != null) {
      place.field(name);
      value(value, property, property.embedded());
      place.leave();
    } else if (additional != null) {
      place.key(name);
      value(value, additional, additional.embedded());
      place.leave();
    }
  }

  private void metadata(Map.Entry<String, JsonNode> member) throws FaultException {
    JsonNode metadata = member.getValue();
    if (repair) {
      ObjectNode repaired = ObjectMetadata.repaired(metadata);
      if (repaired != null) {
        member.setValue(repaired);
      }
      return;
    }
    try {
      List<String> paths = unknown == null ? null : new ArrayList<>();
      member.setValue(ObjectMetadata.decoded(metadata, paths));
      if (unknown != null && paths != null) {
        String prefix = place.text(METADATA) + ".";
        paths.forEach(path -> unknown.add(prefix + path));
      }
    } catch (MalformedException e) {
      throw new FaultException(
          FieldError.invalid(place.text(METADATA), new Untyped(metadata), e.detail()));
    }
  }
}
