package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Drops fields of features that are off by default in 1.36, unless the stored object has them:
 * upstream's {@code DropDisabledPodFields} and {@code DropDisabledTemplateFields}.
 */
final class DisabledFields {
  private static final List<String> PROJECTIONS = List.of("clusterTrustBundle", "podCertificate");
  private static final List<String> STATUSES =
      List.of("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses");

  private DisabledFields() {}

  static void drop(@Nullable ObjectNode spec, @Nullable ObjectNode old) {
    if (spec == null) {
      return;
    }
    for (String projection : PROJECTIONS) {
      if (!anySource(old, source -> Trees.has(source, projection))) {
        eachSource(spec, source -> source.remove(projection));
      }
    }
    if (old == null || !Trees.has(old, "schedulingGroup")) {
      spec.remove("schedulingGroup");
    }
    if (!anyContainer(old, container -> Trees.at(container, "lifecycle", "stopSignal") != null)) {
      anyContainer(
          spec,
          container -> {
            dropStopSignal(container);
            return false;
          });
    }
  }

  private static void dropStopSignal(ObjectNode container) {
    ObjectNode lifecycle = Trees.object(container, "lifecycle");
    if (lifecycle != null && lifecycle.remove("stopSignal") != null && lifecycle.isEmpty()) {
      container.remove("lifecycle");
    }
  }

  private static boolean anyContainer(@Nullable ObjectNode spec, Predicate<ObjectNode> predicate) {
    for (String list : Containers.LISTS) {
      for (ObjectNode container : Trees.objects(spec, list)) {
        if (predicate.test(container)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean anySource(@Nullable ObjectNode spec, Predicate<ObjectNode> predicate) {
    for (ObjectNode volume : Trees.objects(spec, "volumes")) {
      for (ObjectNode source : Trees.objects(volume, "projected", "sources")) {
        if (predicate.test(source)) {
          return true;
        }
      }
    }
    return false;
  }

  private static void eachSource(ObjectNode spec, Consumer<ObjectNode> action) {
    anySource(
        spec,
        source -> {
          action.accept(source);
          return false;
        });
  }

  static void dropStatus(@Nullable ObjectNode status, @Nullable ObjectNode old) {
    if (status == null) {
      return;
    }
    if (!anyMount(old, mount -> Trees.has(mount, "volumeStatus"))) {
      anyMount(
          status,
          mount -> {
            mount.remove("volumeStatus");
            return false;
          });
    }
    if (Trees.isEmpty(old, "nodeAllocatableResourceClaimStatuses")) {
      status.remove("nodeAllocatableResourceClaimStatuses");
    }
  }

  private static boolean anyMount(@Nullable ObjectNode status, Predicate<ObjectNode> predicate) {
    for (String list : STATUSES) {
      for (ObjectNode container : Trees.objects(status, list)) {
        for (ObjectNode mount : Trees.objects(container, "volumeMounts")) {
          if (predicate.test(mount)) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
