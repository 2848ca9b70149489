package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import java.util.Map;

/**
 * Between the version in which a resource is served and the one in which it is stored. Both are the
 * same for all but HorizontalPodAutoscaler v1 and the Events of {@code events.k8s.io}; for the
 * others nothing here does anything.
 */
public final class Conversion {
  /** What the two Events call differently: stored name, served name. */
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

  /** Whether the stored form can be served as it is. */
  public static boolean isIdentity(ResourceType type) {
    return !type.isStored() || type.apiVersion().equals(type.storage().apiVersion());
  }

  /** The object in the stored version; the same instance, changed in place. */
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

  /** The stored object in the version of {@code to}; the same instance, changed in place. */
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
   * A stored form in the version of {@code to}, canonical. Where the resourceVersion is empty it
   * stays in its place, empty; another is kept.
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
