package dev.rheo.merge.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rheo.codec.yaml.YamlForms;
import dev.rheo.merge.typed.MergeType;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import dev.rheo.merge.typed.MergeType.Scalar;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads schemas of structured-merge-diff. */
final class YamlSchema {
  private final Map<String, JsonNode> named = new HashMap<>();
  private final Map<String, MergeType> made = new HashMap<>();

  YamlSchema(String yaml) {
    for (JsonNode type : tree(yaml).path("types")) {
      named.put(type.path("name").asText(), type);
    }
    made.put("__untyped_atomic_", MergeType.ATOMIC);
    made.put("__untyped_deduced_", MergeType.DEDUCED);
  }

  static JsonNode tree(String yaml) {
    return YamlForms.toTree(yaml.getBytes(StandardCharsets.UTF_8)).tree();
  }

  boolean has(String name) {
    return named.containsKey(name);
  }

  MergeType type(String name) {
    return type(JsonNodeFactory.instance.objectNode().put("namedType", name));
  }

  /** The type of a reference: a name, or a definition in place; the relationship may differ. */
  MergeType type(JsonNode reference) {
    String relationship = reference.path("elementRelationship").asText();
    if (!reference.has("namedType")) {
      return define(reference, relationship);
    }
    String name = reference.path("namedType").asText();
    if (!relationship.isEmpty()) {
      return define(definition(name), relationship);
    }
    MergeType known = made.get(name);
    if (known == null) {
      known = define(definition(name), "");
      made.put(name, known);
    }
    return known;
  }

  private JsonNode definition(String name) {
    JsonNode definition = named.get(name);
    if (definition == null) {
      throw new IllegalArgumentException("no type " + name);
    }
    return definition;
  }

  private MergeType define(JsonNode atom, String relationship) {
    String scalar = atom.path("scalar").asText();
    return new MergeType(
        scalar.isEmpty() ? null : Scalar.valueOf(scalar.toUpperCase(Locale.ROOT)),
        atom.has("list") ? new Elements(atom.path("list"), relationship) : null,
        atom.has("map") ? new Entries(atom.path("map"), relationship) : null);
  }

  private final class Elements implements ListShape {
    private final JsonNode shape;
    private final String relationship;

    Elements(JsonNode shape, String relationship) {
      this.shape = shape;
      this.relationship =
          relationship.isEmpty() ? shape.path("elementRelationship").asText() : relationship;
    }

    @Override
    public MergeType element() {
      return type(shape.path("elementType"));
    }

    @Override
    public boolean associative() {
      return relationship.equals("associative");
    }

    @Override
    public List<String> keys() {
      List<String> keys = new ArrayList<>();
      shape.path("keys").forEach(key -> keys.add(key.asText()));
      return keys;
    }
  }

  private final class Entries implements MapShape {
    private final JsonNode shape;
    private final String relationship;
    private final Map<String, JsonNode> fields = new HashMap<>();
    private final Map<String, MergeType> types = new HashMap<>();

    Entries(JsonNode shape, String relationship) {
      this.shape = shape;
      this.relationship =
          relationship.isEmpty() ? shape.path("elementRelationship").asText() : relationship;
      shape.path("fields").forEach(field -> fields.put(field.path("name").asText(), field));
    }

    @Override
    public @Nullable MergeType field(String name) {
      JsonNode field = fields.get(name);
      if (field == null) {
        return null;
      }
      MergeType known = types.get(name);
      if (known == null) {
        known = type(field.path("type"));
        types.put(name, known);
      }
      return known;
    }

    @Override
    public @Nullable JsonNode defaultOf(String name) {
      JsonNode field = fields.get(name);
      return field == null ? null : field.get("default");
    }

    @Override
    public @Nullable MergeType element() {
      return shape.has("elementType") ? type(shape.path("elementType")) : null;
    }

    @Override
    public boolean atomic() {
      return relationship.equals("atomic");
    }
  }
}
