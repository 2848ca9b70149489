package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.tree.Trees;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Converts objects between the version in which a resource is served and the version in which it is
 * stored; {@link ResourceType#conversion()} has that of a type. Immutable.
 */
public final class Conversion {
  /** For a resource that is served as it is stored, or not stored at all. */
  public static final Conversion IDENTITY = new Conversion(null);

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

  /**
   * A version of a kind, and the step that brings the fields of an object to it.
   *
   * @param step changes an object of the other version, in place
   */
  private record Version(String apiVersion, String kind, Consumer<ObjectNode> step) {
    ObjectNode convert(ObjectNode object) {
      step.accept(object);
      return object.put("kind", kind).put("apiVersion", apiVersion);
    }
  }

  private record Versions(Version stored, Version served, ObjectType servedType) {}

  private final @Nullable Versions versions;

  private Conversion(@Nullable Versions versions) {
    this.versions = versions;
  }

  /**
   * The conversion of a built-in resource. It is the identity for all but HorizontalPodAutoscaler
   * v1 and the Events of {@code events.k8s.io}.
   *
   * @param type the fields of the served version
   */
  static Conversion builtIn(ResourceInfo served, ObjectType type, @Nullable StoredResource stored) {
    if (stored == null || served.apiVersion().equals(stored.apiVersion())) {
      return IDENTITY;
    }
    Consumer<ObjectNode> toStored = AutoscalerConversion::toV2;
    Consumer<ObjectNode> fromStored = AutoscalerConversion::toV1;
    if (served.kind().equals("Event")) {
      toStored = object -> EVENT_FIELDS.forEach((ours, theirs) -> rename(object, theirs, ours));
      fromStored = object -> EVENT_FIELDS.forEach((ours, theirs) -> rename(object, ours, theirs));
    }
    return new Conversion(
        new Versions(
            new Version(stored.apiVersion(), stored.kind(), toStored),
            new Version(served.apiVersion(), served.kind(), fromStored),
            type));
  }

  /** Whether stored objects are served without conversion. */
  public boolean isIdentity() {
    return versions == null;
  }

  /** Converts an object to the stored version, in place, and returns it. */
  public ObjectNode toStored(ObjectNode object) {
    return versions == null ? object : versions.stored.convert(object);
  }

  /** Converts a stored object to the served version, in place, and returns it. */
  public ObjectNode fromStored(ObjectNode stored) {
    return versions == null ? stored : versions.served.convert(stored);
  }

  /**
   * Converts an encoded stored object to the served version, in canonical form. An empty
   * resourceVersion stays in place, empty; any other is kept.
   */
  public byte[] convert(byte[] storedForm) {
    Versions between = versions;
    if (between == null) {
      return storedForm;
    }
    ObjectNode object =
        fromStored(ObjectDecoder.decode(storedForm, ObjectDecoder.MAX_DEPTH).tree());
    return Trees.text(object, "metadata", "resourceVersion").isEmpty()
        ? Canonicalizer.encode(object, between.servedType)
        : Canonicalizer.encodeAnswer(object, between.servedType);
  }

  private static void rename(ObjectNode object, String from, String to) {
    var value = object.remove(from);
    if (value != null) {
      object.set(to, value);
    }
  }
}
