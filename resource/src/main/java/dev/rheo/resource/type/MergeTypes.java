package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.FieldType.Cardinality;
import dev.rheo.codec.schema.FieldType.Omit;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.merge.typed.MergeType;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import dev.rheo.resource.type.OpenApiFacts.FieldFacts;
import dev.rheo.resource.type.OpenApiFacts.TypeFacts;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How objects of built-in types are merged by server-side apply: their fields, with the kinds of
 * lists and maps that {@link OpenApiFacts} states. The rules are those of {@code
 * k8s.io/kube-openapi/pkg/schemaconv}. Each type is made when it is first asked for. Thread-safe.
 */
public final class MergeTypes {
  private static final Map<ObjectType, MergeType> MADE = new ConcurrentHashMap<>();

  private MergeTypes() {}

  public static MergeType of(ObjectType type) {
    MergeType made = MADE.get(type);
    if (made != null) {
      return made;
    }
    MergeType structure = new MergeType(null, null, new Struct(type, false));
    MergeType first = MADE.putIfAbsent(type, structure);
    return first == null ? structure : first;
  }

  /** The fields of a struct. Their types are made when asked for, as types may be recursive. */
  private static final class Struct implements MapShape {
    private final ObjectType type;
    private final TypeFacts facts;
    private final boolean atomic;
    private final Map<String, MergeType> fields = new ConcurrentHashMap<>();

    /**
     * @param granular whether the field that holds the struct says that it is not atomic
     */
    Struct(ObjectType type, boolean granular) {
      this.type = type;
      this.facts = OpenApiFacts.of(type);
      this.atomic = !granular && facts.mapType().equals("atomic");
    }

    @Override
    public @Nullable MergeType field(String name) {
      MergeType known = fields.get(name);
      if (known != null) {
        return known;
      }
      FieldType field = type.field(name);
      MergeType made =
          field != null
              ? whole(field, facts.field(name))
              : type.hasTypeMeta() && (name.equals("kind") || name.equals("apiVersion"))
                  ? MergeType.STRING
                  : type.takes(name) ? MergeType.DEDUCED : null;
      if (made != null) {
        fields.put(name, made);
      }
      return made;
    }

    @Override
    public @Nullable JsonNode defaultOf(String name) {
      FieldType field = type.field(name);
      if (field == null) {
        return null;
      }
      String json = facts.field(name).defaultJson();
      if (!json.isEmpty()) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return ObjectDecoder.decodeValue(bytes, 0, bytes.length, ObjectDecoder.MAX_DEPTH);
      }
      if (field.cardinality() != Cardinality.VALUE || field.omit() != Omit.NEVER) {
        return null;
      }
      return switch (field.kind()) {
        case STRING -> TextNode.valueOf("");
        case BOOLEAN -> BooleanNode.FALSE;
        case INT32, INT64, DOUBLE -> IntNode.valueOf(0);
        default -> null;
      };
    }

    @Override
    public @Nullable MergeType element() {
      return null;
    }

    @Override
    public boolean atomic() {
      return atomic;
    }
  }

  private record Elements(MergeType element, boolean associative, List<String> keys)
      implements ListShape {}

  private record Entries(MergeType element, boolean atomic) implements MapShape {
    @Override
    public @Nullable MergeType field(String name) {
      return null;
    }

    @Override
    public @Nullable JsonNode defaultOf(String name) {
      return null;
    }
  }

  private static MergeType whole(FieldType field, FieldFacts facts) {
    return switch (field.cardinality()) {
      case LIST -> new MergeType(null, list(field, facts), null);
      case MAP ->
          new MergeType(null, null, new Entries(one(field), facts.mapType().equals("atomic")));
      default ->
          field.kind() == FieldType.Kind.OBJECT && !facts.mapType().isEmpty()
              ? overridden(field.requireType(), facts.mapType())
              : one(field);
    };
  }

  private static MergeType overridden(ObjectType type, String mapType) {
    return mapType.equals("granular")
        ? new MergeType(null, null, new Struct(type, true))
        : of(type);
  }

  private static ListShape list(FieldType field, FieldFacts facts) {
    MergeType element = one(field);
    return switch (facts.listType()) {
      case "atomic" -> new Elements(element, false, List.of());
      case "set" -> new Elements(element, true, List.of());
      case "map" -> new Elements(element, true, facts.listMapKeys());
      default -> {
        String key = field.patchMergeKey();
        boolean merged = field.patchStrategy().contains("merge");
        yield new Elements(element, merged, merged && key != null ? List.of(key) : List.of());
      }
    };
  }

  private static final Map<FieldType.Kind, MergeType> SIMPLE = new HashMap<>();

  static {
    MergeType strings = new MergeType(null, new Elements(MergeType.STRING, false, List.of()), null);
    for (FieldType.Kind kind : FieldType.Kind.values()) {
      MergeType type =
          switch (kind) {
            case STRING, BYTES -> MergeType.STRING;
            case BOOLEAN -> MergeType.BOOLEAN;
            case INT32, INT64, DOUBLE -> MergeType.NUMERIC;
            case TIME, MICRO_TIME, QUANTITY, INT_OR_STRING -> MergeType.UNTYPED;
            case STRING_LIST -> strings;
            case FIELDS_V1 -> MergeType.DEDUCED_MAP;
            case RAW -> MergeType.ATOMIC;
            case JSON, ANY, SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS, OBJECT ->
                MergeType.DEDUCED;
          };
      SIMPLE.put(kind, type);
    }
  }

  /** The type of one value. */
  private static MergeType one(FieldType field) {
    return field.kind() == FieldType.Kind.OBJECT
        ? of(field.requireType())
        : SIMPLE.getOrDefault(field.kind(), MergeType.DEDUCED);
  }
}
