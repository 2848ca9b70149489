package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The conversion of a built-in resource that is served in a version in which it is not stored. */
final class BuiltInConversion implements Conversion {
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

  private final Version stored;
  private final Version served;

  private BuiltInConversion(Version stored, Version served) {
    this.stored = stored;
    this.served = served;
  }

  /**
   * The conversion of a built-in resource. It is the identity for all but HorizontalPodAutoscaler
   * v1 and the Events of {@code events.k8s.io}.
   */
  static Conversion of(ResourceInfo served, @Nullable StoredResource stored) {
    if (stored == null || served.apiVersion().equals(stored.apiVersion())) {
      return IDENTITY;
    }
    Consumer<ObjectNode> toStored = AutoscalerConversion::toV2;
    Consumer<ObjectNode> fromStored = AutoscalerConversion::toV1;
    if (served.kind().equals("Event")) {
      toStored = object -> EVENT_FIELDS.forEach((ours, theirs) -> rename(object, theirs, ours));
      fromStored = object -> EVENT_FIELDS.forEach((ours, theirs) -> rename(object, ours, theirs));
    }
    return new BuiltInConversion(
        new Version(stored.apiVersion(), stored.kind(), toStored),
        new Version(served.apiVersion(), served.kind(), fromStored));
  }

  @Override
  public boolean isIdentity() {
    return false;
  }

  @Override
  public ObjectNode toStored(ObjectNode object) {
    return stored.convert(object);
  }

  @Override
  public ObjectNode fromStored(ObjectNode object) {
    return served.convert(object);
  }

  private static void rename(ObjectNode object, String from, String to) {
    var value = object.remove(from);
    if (value != null) {
      object.set(to, value);
    }
  }
}
