package dev.rheo.server.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.resource.type.StoredResource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads objects in versions that Rheo does not serve. kube-apiserver stores some kinds in an
 * earlier version than the newest, so that its last release can read them, and leaves objects in
 * the version in which they were written last.
 *
 * <p>A version whose fields are all in the stored one, under the same names and of the same types,
 * is read by its new name. Definitions of custom resources, which kube-apiserver still stores in
 * {@code v1beta1}, are converted.
 *
 * <p>Thread-safe.
 */
final class EarlierVersions {
  private final Map<ObjectType, Boolean> contained = new ConcurrentHashMap<>();

  /** Changes an object into the stored version; false if it cannot be read. */
  boolean toStored(ObjectNode object, StoredResource resource) {
    String apiVersion = object.path("apiVersion").asText();
    String kind = object.path("kind").asText();
    if (!kind.equals(resource.kind()) || !group(apiVersion).equals(group(resource.apiVersion()))) {
      return false;
    }
    if (apiVersion.equals(EarlierDefinitions.API_VERSION)) {
      EarlierDefinitions.toV1(object);
    } else {
      ObjectType type = TypeTable.builtIn().type(apiVersion, kind);
      if (type == null
          || !contained.computeIfAbsent(
              type, earlier -> isContained(earlier, resource.objectType(), new HashSet<>()))) {
        return false;
      }
    }
    object.put("apiVersion", resource.apiVersion());
    return true;
  }

  private static String group(String apiVersion) {
    return apiVersion.substring(0, Math.max(0, apiVersion.indexOf('/')));
  }

  /**
   * @param seen the types that are being compared: they may refer to themselves
   */
  private static boolean isContained(ObjectType earlier, ObjectType later, Set<ObjectType> seen) {
    if (earlier == later || !seen.add(earlier)) {
      return true;
    }
    for (FieldType field : earlier.fields()) {
      FieldType same = later.field(field.name());
      if (same == null
          || same.kind() != field.kind()
          || isMany(same) != isMany(field)
          || (field.kind() == FieldType.Kind.OBJECT
              && !isContained(field.requireType(), same.requireType(), seen))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isMany(FieldType field) {
    return field.cardinality() == FieldType.Cardinality.LIST
        || field.cardinality() == FieldType.Cardinality.MAP;
  }
}
