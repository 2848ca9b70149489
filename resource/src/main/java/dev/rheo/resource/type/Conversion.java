package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import java.util.Map;

/**
 * Converts objects between the version in which a resource is served and the version in which it is
 * stored. The two differ only for HorizontalPodAutoscaler v1 and the Events of {@code
 * events.k8s.io}; for all other resources conversion is the identity.
 */
public final class Conversion {
  /** Fields of Event that the two versions name differently: stored name to served name. */
  private static final Map<String, String> EVENT_FIELDS =
      Map.of(
          "involvedObject", "regarding",
          "message", "note",
          "source", "deprecatedSource",
          "firstTimestamp", "deprecatedFirstTimestamp",
          "lastTimestamp", "deprecatedLastTimestamp",
          "count", "deprecatedCount",
          "reportingComponent", "reportingController");

  private Conversion() {}

  /** Whether stored objects are served without conversion. */
  public static boolean isIdentity(ResourceType type) {
    return !type.isStored() || type.apiVersion().equals(type.storage().apiVersion());
  }

  /** Converts an object to the stored version, in place, and returns it. */
  public static ObjectNode toStored(ObjectNode object, ResourceType from) {
    if (isIdentity(from)) {
      return object;
    }
    if (from.kind().equals("Event")) {
      EVENT_FIELDS.forEach((stored, served) -> rename(object, served, stored));
    } else {
      AutoscalerConversion.toV2(object);
    }
    return setKind(object, from.storage().apiVersion(), from.storage().kind());
  }

  /** Converts a stored object to the version of {@code to}, in place, and returns it. */
  public static ObjectNode fromStored(ObjectNode stored, ResourceType to) {
    if (isIdentity(to)) {
      return stored;
    }
    if (to.kind().equals("Event")) {
      EVENT_FIELDS.forEach((from, served) -> rename(stored, from, served));
    } else {
      AutoscalerConversion.toV1(stored);
    }
    return setKind(stored, to.apiVersion(), to.kind());
  }

  /**
   * Converts encoded stored objects to the version of {@code to}, in canonical form. An empty
   * resourceVersion stays in place, empty; any other is kept.
   */
  public static byte[] convert(byte[] storedForm, ResourceType to) {
    if (isIdentity(to)) {
      return storedForm;
    }
    ObjectNode object =
        fromStored(ObjectDecoder.decode(storedForm, ObjectDecoder.MAX_DEPTH).tree(), to);
    return Trees.text(object, "metadata", "resourceVersion").isEmpty()
        ? Canonicalizer.encode(object, to.objectType())
        : Canonicalizer.encodeAnswer(object, to.objectType());
  }

  private static ObjectNode setKind(ObjectNode object, String apiVersion, String kind) {
    return object.put("kind", kind).put("apiVersion", apiVersion);
  }

  static void rename(ObjectNode object, String from, String to) {
    var value = object.remove(from);
    if (value != null) {
      object.set(to, value);
    }
  }
}
