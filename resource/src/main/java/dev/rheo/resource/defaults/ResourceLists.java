package dev.rheo.resource.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.codec.value.Quantity;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Quantities in lists of resources are whole thousandths, as the scheduler and kubelets count. */
final class ResourceLists {
  private static final Map<String, List<String>> LISTS =
      Map.ofEntries(
          Map.entry("core/v1.ContainerStatus", List.of("allocatedResources")),
          Map.entry(
              "core/v1.LimitRangeItem",
              List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")),
          Map.entry("core/v1.NodeStatus", List.of("capacity", "allocatable")),
          Map.entry(
              "core/v1.PersistentVolumeClaimStatus", List.of("capacity", "allocatedResources")),
          Map.entry("core/v1.PersistentVolumeSpec", List.of("capacity")),
          Map.entry("core/v1.PodSpec", List.of("overhead")),
          Map.entry("core/v1.PodStatus", List.of("allocatedResources")),
          Map.entry("core/v1.ResourceQuotaSpec", List.of("hard")),
          Map.entry("core/v1.ResourceQuotaStatus", List.of("hard", "used")),
          Map.entry("core/v1.ResourceRequirements", List.of("limits", "requests")),
          Map.entry("core/v1.VolumeResourceRequirements", List.of("limits", "requests")));

  private ResourceLists() {}

  static void register(BiConsumer<String, Consumer<ObjectNode>> rules) {
    LISTS.forEach(
        (type, fields) ->
            rules.accept(type, object -> fields.forEach(field -> round(object, field))));
  }

  private static void round(ObjectNode object, String field) {
    ObjectNode list = Trees.object(object, field);
    if (list == null) {
      return;
    }
    for (Map.Entry<String, JsonNode> entry : list.properties()) {
      String given = entry.getValue().asText();
      String rounded = Quantity.inThousandths(given);
      if (!rounded.equals(given)) {
        entry.setValue(TextNode.valueOf(rounded));
      }
    }
  }
}
