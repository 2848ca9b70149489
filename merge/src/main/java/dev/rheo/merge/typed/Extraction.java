package dev.rheo.merge.typed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.merge.path.FieldPath;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.path.PathElement;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Takes the fields of a set out of a value, or leaves only them. */
public final class Extraction {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final boolean keep;

  private Extraction(boolean keep) {
    this.keep = keep;
  }

  /** The value without the fields of a set; a JSON null if nothing is left. Shares parts. */
  public static JsonNode remove(JsonNode value, FieldSet fields, MergeType type) {
    return new Extraction(false).visit(value, fields, type);
  }

  /** Only the fields of a set; a JSON null if there are none. Shares parts with the value. */
  public static JsonNode extract(JsonNode value, FieldSet fields, MergeType type) {
    return new Extraction(true).visit(value, fields, type);
  }

  /**
   * The set with the key fields of each list element that it names or goes into, as far as the
   * value has them: what makes an extracted element identifiable.
   */
  public static FieldSet withKeys(FieldSet fields, JsonNode value, MergeType type) {
    FieldSet present = Fields.of(value, type);
    FieldSet.Builder keys = new FieldSet.Builder();
    fields.forEach(
        path -> {
          if (present.has(path)) {
            addKeys(path, keys);
          }
        });
    return fields.union(keys.build());
  }

  private static void addKeys(FieldPath path, FieldSet.Builder keys) {
    for (int i = 0; i < path.elements().size(); i++) {
      if (path.elements().get(i) instanceof PathElement.Key(List<PathElement.Member> members)) {
        for (PathElement.Member member : members) {
          List<PathElement> key = new ArrayList<>(path.elements().subList(0, i + 1));
          key.add(new PathElement.Field(member.name()));
          keys.add(key);
        }
      }
    }
  }

  private JsonNode visit(JsonNode value, FieldSet fields, MergeType type) {
    MergeType kind = type.of(value);
    MapShape map = kind.map();
    ListShape list = kind.list();
    if (map != null) {
      if (!value.isObject() || value.isEmpty() || map.atomic()) {
        return keep && (value.isObject() || value.isNull()) ? value : NullNode.getInstance();
      }
      return visitMap(value, fields, map);
    }
    if (kind.scalar() != null || list == null) {
      return value;
    }
    if (!value.isArray() || value.isEmpty() || !list.associative()) {
      return keep && (value.isArray() || value.isNull()) ? value : NullNode.getInstance();
    }
    return visitList(value, fields, list);
  }

  private JsonNode visitMap(JsonNode value, FieldSet fields, MapShape map) {
    ObjectNode out = NODES.objectNode();
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      PathElement element = new PathElement.Field(entry.getKey());
      MergeType field = map.member(entry.getKey());
      MergeType type = field == null ? MergeType.ATOMIC : field;
      FieldSet below = fields.below(element);
      if (fields.has(element)) {
        if (keep) {
          // As upstream: the whole set goes along, not what is below the field.
          out.set(entry.getKey(), visit(entry.getValue(), fields, type));
        }
      } else if (!below.isEmpty()) {
        out.set(entry.getKey(), visit(entry.getValue(), below, type));
      } else if (!keep) {
        out.set(entry.getKey(), entry.getValue());
      }
    }
    return out.isEmpty() ? NullNode.getInstance() : out;
  }

  private JsonNode visitList(JsonNode value, FieldSet fields, ListShape list) {
    ArrayNode out = NODES.arrayNode();
    for (JsonNode item : value) {
      PathElement element;
      try {
        element = Walk.identify(list, item);
      } catch (Walk.UnidentifiedException e) {
        // Nobody can own it: it stays, and is in no set.
        if (!keep) {
          out.add(item);
        }
        continue;
      }
      FieldSet below = fields.below(element);
      boolean named = fields.has(element);
      if (named && !keep) {
        continue;
      }
      if (keep && !named && below.isEmpty()) {
        continue;
      }
      out.add(below.isEmpty() ? item : visit(item, below, list.element()));
    }
    return out.isEmpty() ? NullNode.getInstance() : out;
  }
}
