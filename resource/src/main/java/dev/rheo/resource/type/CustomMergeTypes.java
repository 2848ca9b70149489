package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.merge.typed.MergeType;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import dev.rheo.merge.typed.MergeType.Scalar;
import dev.rheo.schema.Structural;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How objects of custom types are merged by server-side apply. The rules are those of {@code
 * k8s.io/kube-openapi/pkg/schemaconv}, applied to the published schema. The types of fields are
 * made when they are first asked for. Thread-safe.
 */
public final class CustomMergeTypes {
  private static final String OBJECT_META = "k8s.io/apimachinery/pkg/apis/meta/v1.ObjectMeta";

  private CustomMergeTypes() {}

  /**
   * The type of the objects of a version.
   *
   * @param schema null if there is none, or it is not structural
   * @param preservesUnknown {@code spec.preserveUnknownFields}
   */
  public static MergeType of(@Nullable Structural schema, boolean preservesUnknown) {
    return schema == null
        ? MergeType.DEDUCED_MAP
        : new MergeType(null, null, new Struct(schema, preserves(schema, preservesUnknown), true));
  }

  /** Whether a schema, or one around it, preserves unknown fields. */
  private static boolean preserves(Structural schema, boolean around) {
    return around || schema.preserveUnknown();
  }

  private static MergeType type(Structural schema, boolean around) {
    boolean preserves = preserves(schema, around);
    return switch (schema.type()) {
      case "object" -> new MergeType(null, null, new Struct(schema, preserves, schema.embedded()));
      case "array" -> new MergeType(null, list(schema, preserves), null);
      case "integer", "number" -> MergeType.NUMERIC;
      case "boolean" -> MergeType.BOOLEAN;
      case "string" -> isText(schema) ? MergeType.STRING : MergeType.UNTYPED;
      default -> MergeType.DEDUCED;
    };
  }

  /** Whether a string is one; with most formats it is some scalar. */
  private static boolean isText(Structural schema) {
    String format = schema.restrictions() == null ? "" : schema.restrictions().format();
    return format.isEmpty() || format.equals("byte");
  }

  private record Elements(MergeType element, boolean associative, List<String> keys)
      implements ListShape {}

  private static ListShape list(Structural schema, boolean preserves) {
    Structural items = schema.items();
    MergeType element = items == null ? MergeType.ATOMIC : type(items, preserves);
    return switch (schema.listType()) {
      case "set" -> new Elements(element, true, List.of());
      case "map" -> new Elements(element, true, schema.listMapKeys());
      default -> new Elements(element, false, List.of());
    };
  }

  /** The fields and entries of an object. */
  private static final class Struct implements MapShape {
    private final Structural schema;
    private final boolean preserves;
    private final boolean resource;
    private final @Nullable MergeType element;
    private final Map<String, MergeType> fields = new ConcurrentHashMap<>(0);

    /**
     * @param resource whether the object has a kind and metadata, whatever its schema says
     */
    Struct(Structural schema, boolean preserves, boolean resource) {
      this.schema = schema;
      this.preserves = preserves;
      this.resource = resource;
      this.element = entries();
    }

    private @Nullable MergeType entries() {
      Structural.Additional additional = schema.additional();
      if (additional.schema() != null) {
        return type(additional.schema(), preserves);
      }
      boolean open = additional.stated() ? additional.allowed() : preserves || isBare();
      return open ? MergeType.DEDUCED : null;
    }

    private boolean isBare() {
      return !resource && schema.properties().isEmpty();
    }

    @Override
    public @Nullable MergeType field(String name) {
      MergeType known = fields.get(name);
      if (known != null) {
        return known;
      }
      MergeType made = make(name);
      if (made != null) {
        fields.put(name, made);
      }
      return made;
    }

    private @Nullable MergeType make(String name) {
      if (resource) {
        switch (name) {
          case "apiVersion", "kind" -> {
            return MergeType.STRING;
          }
          case "metadata" -> {
            return MergeTypes.of(Objects.requireNonNull(TypeTable.builtIn().byGoName(OBJECT_META)));
          }
          default -> {}
        }
      }
      Structural property = schema.properties().get(name);
      return property == null ? null : type(property, preserves);
    }

    @Override
    public @Nullable JsonNode defaultOf(String name) {
      Structural property = schema.properties().get(name);
      JsonNode preset = property == null ? null : property.defaultValue();
      return preset == null || preset.isNull() ? null : preset;
    }

    @Override
    public @Nullable MergeType element() {
      return element;
    }

    @Override
    public boolean atomic() {
      return schema.mapType().equals("atomic");
    }

    @Override
    public boolean isDeduced() {
      return isBare() && element != null && element.scalar() == Scalar.UNTYPED;
    }
  }
}
