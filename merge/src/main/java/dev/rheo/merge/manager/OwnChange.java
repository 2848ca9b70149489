package dev.rheo.merge.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.merge.path.FieldPath;
import dev.rheo.merge.path.FieldsV1;
import dev.rheo.merge.path.FieldsV1.Owns;
import dev.rheo.merge.typed.Comparison;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most frequent write: a manager gives other values to fields that are its own already, as a
 * lease is renewed. Then nothing changes but its time, and no field set need be read or written.
 */
final class OwnChange {
  private OwnChange() {}

  /**
   * The list of managed fields after such a write.
   *
   * @param list that of the object before
   * @param compared what the write changes
   * @return null if the write is another one, or the list cannot be judged without reading it whole
   */
  static @Nullable ArrayNode renewed(
      JsonNode list, Comparison compared, ManagerId manager, String apiVersion, Instant now) {
    if (!compared.added().isEmpty() || !compared.removed().isEmpty() || list.isEmpty()) {
      return null;
    }
    JsonNode own = null;
    for (JsonNode entry : list) {
      if (!entry.path("apiVersion").asText().equals(apiVersion)
          || !entry.path("fieldsType").asText().equals("FieldsV1")) {
        return null;
      }
      if (is(entry, manager)) {
        own = entry;
      }
    }
    List<FieldPath> changed = new ArrayList<>();
    compared.modified().forEach(changed::add);
    for (JsonNode entry : list) {
      Owns wanted = entry == own ? Owns.YES : Owns.NO;
      for (FieldPath path : changed) {
        if (FieldsV1.owns(entry.path("fieldsV1"), path) != wanted) {
          return null;
        }
      }
    }
    if (changed.isEmpty()) {
      return list instanceof ArrayNode same ? same : null;
    }
    return own == null ? null : timed(list, own, now.toString());
  }

  private static boolean is(JsonNode entry, ManagerId manager) {
    return entry.path("operation").asText().equals("Update")
        && entry.path("manager").asText().equals(manager.name())
        && entry.path("subresource").asText().equals(manager.subresource());
  }

  private static ArrayNode timed(JsonNode list, JsonNode own, String time) {
    List<JsonNode> entries = new ArrayList<>(list.size());
    for (JsonNode entry : list) {
      if (entry == own) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        copy.setAll((ObjectNode) entry);
        entries.add(copy.put("time", time));
      } else {
        entries.add(entry);
      }
    }
    entries.sort(
        Comparator.comparing((JsonNode entry) -> entry.path("operation").asText())
            .thenComparing(entry -> entry.path("time").asText())
            .thenComparing(entry -> entry.path("manager").asText())
            .thenComparing(entry -> entry.path("apiVersion").asText())
            .thenComparing(entry -> entry.path("subresource").asText()));
    return JsonNodeFactory.instance.arrayNode(entries.size()).addAll(entries);
  }
}
