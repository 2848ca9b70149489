package dev.rheo.schema.prune;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.schema.Structural;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Removes members that are null, may not be, and have no default that would take their place. */
public final class Nulls {
  private Nulls() {}

  /** Removes such members in place. Elements of lists stay. */
  public static void prune(JsonNode value, @Nullable Structural schema) {
    if (schema == null) {
      return;
    }
    if (value instanceof ObjectNode object) {
      for (Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator();
          members.hasNext(); ) {
        Map.Entry<String, JsonNode> member = members.next();
        Structural declared = schema.member(member.getKey());
        if (member.getValue().isContainerNode()) {
          prune(member.getValue(), declared);
        } else if (member.getValue().isNull()
            && declared != null
            && !declared.nullable()
            && declared.defaultValue() == null) {
          members.remove();
        }
      }
    } else if (value.isArray()) {
      for (JsonNode element : value) {
        prune(element, schema.items());
      }
    }
  }
}
