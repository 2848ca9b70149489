package dev.rheo.resource.type;

import dev.rheo.merge.path.FieldPath;
import dev.rheo.merge.path.FieldSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * Which fields a write can own: not those that the server resets, as writes of the object reset its
 * status. The rules are those of {@code GetResetFields} in upstream's strategies.
 */
public final class TrackedFields {
  private static final List<List<String>> EPHEMERAL_CONTAINERS =
      List.of(List.of("spec", "ephemeralContainers"));

  private static final List<List<String>> RESIZE =
      List.of(
          List.of("spec", "containers", "*", "resources"),
          List.of("spec", "containers", "*", "resizePolicy"),
          List.of("spec", "initContainers", "*", "resources"),
          List.of("spec", "initContainers", "*", "resizePolicy"));

  /** The sets of paths that are reset: a handful, whatever the number of types. */
  private static final Map<List<FieldPath>, FieldSet> SETS = new ConcurrentHashMap<>();

  private TrackedFields() {}

  /**
   * @param subresource through which is written, empty for the object itself
   */
  public static UnaryOperator<FieldSet> of(ResourceType type, String subresource) {
    return switch (subresource) {
      case "ephemeralcontainers" -> fields -> fields.within(EPHEMERAL_CONTAINERS);
      case "resize" -> fields -> fields.within(RESIZE);
      default -> {
        FieldSet reset =
            SETS.computeIfAbsent(
                reset(type, subresource), paths -> FieldSet.of(paths.toArray(FieldPath[]::new)));
        yield reset.isEmpty()
            ? UnaryOperator.identity()
            : fields -> fields.recursiveDifference(reset);
      }
    };
  }

  private static List<FieldPath> reset(ResourceType type, String subresource) {
    Strategy strategy = type.strategy();
    boolean isRequest = type.plural().equals("certificatesigningrequests");
    FieldPath spec = FieldPath.of("spec");
    FieldPath status = FieldPath.of("status");
    List<FieldPath> reset = new ArrayList<>();
    switch (subresource) {
      case "" -> {
        if (strategy.hasStatus()) {
          reset.add(status);
        }
        if (isRequest) {
          reset.add(spec);
        }
      }
      case "finalize" -> reset.add(status);
      case "approval" -> {
        reset.add(spec);
        reset.add(FieldPath.of("status", "certificate"));
      }
      case "status" -> {
        reset.add(spec);
        if (isRequest) {
          reset.add(FieldPath.of("status", "conditions"));
        }
        if (strategy.statusKeepsMetadata()) {
          reset.add(FieldPath.of("metadata"));
        }
        if (strategy.statusKeepsLabels()) {
          reset.add(FieldPath.of("metadata", "labels"));
        }
        if (type.plural().equals("pods")) {
          reset.add(FieldPath.of("metadata", "deletionTimestamp"));
          reset.add(FieldPath.of("metadata", "ownerReferences"));
        }
      }
      default -> {}
    }
    return reset;
  }
}
