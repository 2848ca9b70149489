package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import dev.rheo.resource.type.OpenApiFacts;
import dev.rheo.resource.type.ResourceType;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes the component schemas from the type table and from {@link OpenApiFacts}. */
final class OpenApiSchemas {
  static final String META = "k8s.io/apimachinery/pkg/apis/meta/v1.";
  static final String REFERENCE = "#/components/schemas/";

  /** Kinds that every document has. */
  private static final List<String> COMMON =
      List.of(
          META + "APIResourceList", META + "DeleteOptions", META + "Status", META + "WatchEvent");

  private final TypeTable types;
  private final Map<String, List<GroupVersionKind>> kinds = new HashMap<>();

  OpenApiSchemas(TypeTable types) {
    this.types = types;
    types
        .kinds()
        .forEach(
            (kind, type) ->
                kinds
                    .computeIfAbsent(type.goName(), any -> new ArrayList<>())
                    .add(GroupVersionKind.of(kind.apiVersion(), kind.kind())));
  }

  /** The name of the schema of a Go type. */
  static String name(String goName) {
    return OpenApiFacts.name(goName);
  }

  /** The reference to the schema of a type. */
  static String reference(ObjectType type) {
    return REFERENCE + name(type.goName());
  }

  static String metaReference(String name) {
    return REFERENCE + name(META + name);
  }

  /**
   * Writes the schemas of the roots and of all types that they refer to, as fields of the JSON
   * object that is open.
   *
   * @param any any resource of the group version
   * @param roots names of Go types
   */
  void write(JsonGenerator json, ResourceType any, Set<String> roots) throws IOException {
    Set<String> all = new TreeSet<>(COMMON);
    all.addAll(roots);
    write(json, any.apiVersion(), all, new TreeSet<>(Set.of(name(META + "Patch"))));
  }

  /**
   * Writes the schemas that the paths of custom types refer to.
   *
   * @param roots names of Go types
   */
  void writeShared(JsonGenerator json, String apiVersion, Set<String> roots) throws IOException {
    write(json, apiVersion, roots, new TreeSet<>(Set.of(name(META + "Patch"))));
  }

  /** Writes the schemas of discovery, which belongs to no group version. */
  void writeMeta(JsonGenerator json, String root) throws IOException {
    write(json, "v1", Set.of(META + root), new TreeSet<>());
  }

  private void write(JsonGenerator json, String apiVersion, Set<String> roots, Set<String> special)
      throws IOException {
    Set<String> seen = new TreeSet<>(roots);
    Deque<String> open = new ArrayDeque<>(seen);
    for (String goName = open.poll(); goName != null; goName = open.poll()) {
      for (FieldType field : require(goName).fields()) {
        ObjectType part = field.type();
        String simple = specialName(field.kind());
        if (simple != null) {
          special.add(simple);
        }
        if (part != null && seen.add(part.goName())) {
          open.add(part.goName());
        }
      }
    }
    for (String goName : seen) {
      type(json, apiVersion, require(goName));
    }
    for (String name : special) {
      json.writeObjectFieldStart(name);
      special(json, name.substring(name.lastIndexOf('.') + 1));
      json.writeEndObject();
    }
  }

  private ObjectType require(String goName) {
    return Objects.requireNonNull(types.byGoName(goName), goName);
  }

  private void type(JsonGenerator json, String apiVersion, ObjectType type) throws IOException {
    String name = name(type.goName());
    OpenApiFacts.TypeFacts about = OpenApiFacts.of(type);
    json.writeObjectFieldStart(name);
    json.writeStringField("type", "object");
    strings(json, "required", about.required());
    List<FieldType> fields = type.fields();
    if (type.hasTypeMeta() || !fields.isEmpty()) {
      json.writeObjectFieldStart("properties");
      if (type.hasTypeMeta()) {
        for (String field : new String[] {"apiVersion", "kind"}) {
          json.writeObjectFieldStart(field);
          json.writeStringField("type", "string");
          json.writeEndObject();
        }
      }
      for (FieldType field : fields) {
        json.writeObjectFieldStart(field.name());
        field(json, field, about.field(field.name()));
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    if (!about.mapType().isEmpty()) {
      json.writeStringField("x-kubernetes-map-type", about.mapType());
    }
    List<GroupVersionKind> ours =
        kinds.getOrDefault(type.goName(), List.of()).stream()
            .filter(kind -> concerns(kind, apiVersion))
            .sorted(
                Comparator.comparing(GroupVersionKind::group)
                    .thenComparing(GroupVersionKind::version))
            .toList();
    if (!ours.isEmpty()) {
      json.writeArrayFieldStart("x-kubernetes-group-version-kind");
      for (GroupVersionKind kind : ours) {
        json.writeStartObject();
        kind(json, kind);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  /**
   * Whether a schema lists the kind. Kinds that every group has, such as DeleteOptions, are listed
   * only for the core group and for the document's own group version.
   */
  private boolean concerns(GroupVersionKind kind, String apiVersion) {
    ObjectType type = Objects.requireNonNull(types.type(kind.apiVersion(), kind.kind()));
    return !type.goName().startsWith(META)
        || kind.apiVersion().equals("v1")
        || kind.apiVersion().equals(apiVersion);
  }

  static void kind(JsonGenerator json, GroupVersionKind kind) throws IOException {
    json.writeStringField("group", kind.group());
    json.writeStringField("version", kind.version());
    json.writeStringField("kind", kind.kind());
  }

  private static void field(JsonGenerator json, FieldType field, OpenApiFacts.FieldFacts about)
      throws IOException {
    switch (field.cardinality()) {
      case LIST -> {
        json.writeStringField("type", "array");
        json.writeObjectFieldStart("items");
        value(json, field, true, true);
        values(json, about);
        json.writeEndObject();
      }
      case MAP -> {
        json.writeStringField("type", "object");
        json.writeObjectFieldStart("additionalProperties");
        value(json, field, true, true);
        values(json, about);
        json.writeEndObject();
      }
      default -> {
        boolean always =
            field.cardinality() == FieldType.Cardinality.VALUE
                && about.defaultJson().isEmpty()
                && (field.omit() == FieldType.Omit.NEVER || field.kind() == FieldType.Kind.OBJECT);
        value(json, field, always, false);
        values(json, about);
      }
    }
    if (!about.defaultJson().isEmpty()) {
      json.writeFieldName("default");
      json.writeRawValue(about.defaultJson());
    }
    if (!about.listType().isEmpty()) {
      strings(json, "x-kubernetes-list-map-keys", about.listMapKeys());
      json.writeStringField("x-kubernetes-list-type", about.listType());
    }
    if (!about.mapType().isEmpty()) {
      json.writeStringField("x-kubernetes-map-type", about.mapType());
    }
    if (field.patchMergeKey() != null) {
      json.writeStringField("x-kubernetes-patch-merge-key", field.patchMergeKey());
    }
    if (!field.patchStrategy().isEmpty()) {
      json.writeStringField("x-kubernetes-patch-strategy", String.join(",", field.patchStrategy()));
    }
  }

  private static void values(JsonGenerator json, OpenApiFacts.FieldFacts about) throws IOException {
    if (!about.enumJson().isEmpty()) {
      json.writeFieldName("enum");
      json.writeRawValue(about.enumJson());
    }
  }

  /**
   * The schema of one value.
   *
   * @param zero whether an absent value means the zero value, which then is the default
   * @param element whether the value is an element of a list or map
   */
  private static void value(JsonGenerator json, FieldType field, boolean zero, boolean element)
      throws IOException {
    String special = specialName(field.kind());
    if (special != null) {
      if (element) {
        json.writeStringField("$ref", REFERENCE + special);
      } else {
        all(json, special);
      }
      return;
    }
    switch (field.kind()) {
      case STRING -> simple(json, "string", "", zero ? "\"\"" : "");
      case BYTES -> simple(json, "string", "byte", "");
      case BOOLEAN -> simple(json, "boolean", "", zero ? "false" : "");
      case INT32 -> simple(json, "integer", "int32", zero ? "0" : "");
      case INT64 -> simple(json, "integer", "int64", zero ? "0" : "");
      case DOUBLE -> simple(json, "number", "double", zero ? "0" : "");
      case STRING_LIST -> {
        json.writeStringField("type", "array");
        json.writeObjectFieldStart("items");
        simple(json, "string", "", "\"\"");
        json.writeEndObject();
      }
      case OBJECT -> {
        if (zero) {
          json.writeObjectFieldStart("default");
          json.writeEndObject();
        }
        all(json, name(field.requireType().goName()));
      }
      default -> {}
    }
  }

  private static void simple(JsonGenerator json, String type, String format, String zero)
      throws IOException {
    json.writeStringField("type", type);
    if (!format.isEmpty()) {
      json.writeStringField("format", format);
    }
    if (!zero.isEmpty()) {
      json.writeFieldName("default");
      json.writeRawValue(zero);
    }
  }

  /** A reference in an {@code allOf}, which may have siblings; a bare {@code $ref} may not. */
  private static void all(JsonGenerator json, String name) throws IOException {
    json.writeArrayFieldStart("allOf");
    json.writeStartObject();
    json.writeStringField("$ref", REFERENCE + name);
    json.writeEndObject();
    json.writeEndArray();
  }

  private static @Nullable String specialName(FieldType.Kind kind) {
    String apiextensions = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";
    return switch (kind) {
      case TIME -> name(META + "Time");
      case MICRO_TIME -> name(META + "MicroTime");
      case FIELDS_V1 -> name(META + "FieldsV1");
      case QUANTITY -> "io.k8s.apimachinery.pkg.api.resource.Quantity";
      case INT_OR_STRING -> "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
      case RAW -> "io.k8s.apimachinery.pkg.runtime.RawExtension";
      case JSON -> apiextensions + "JSON";
      case SCHEMA_OR_ARRAY -> apiextensions + "JSONSchemaPropsOrArray";
      case SCHEMA_OR_BOOL -> apiextensions + "JSONSchemaPropsOrBool";
      case SCHEMA_OR_STRINGS -> apiextensions + "JSONSchemaPropsOrStringArray";
      default -> null;
    };
  }

  private static void special(JsonGenerator json, String name) throws IOException {
    switch (name) {
      case "Time", "MicroTime" -> simple(json, "string", "date-time", "");
      case "Quantity" -> oneOf(json, "string", "number");
      case "IntOrString" -> {
        json.writeStringField("format", "int-or-string");
        oneOf(json, "integer", "string");
      }
      case "FieldsV1", "RawExtension", "Patch" -> simple(json, "object", "", "");
      default -> {} // any value
    }
  }

  private static void oneOf(JsonGenerator json, String... types) throws IOException {
    json.writeArrayFieldStart("oneOf");
    for (String type : types) {
      json.writeStartObject();
      json.writeStringField("type", type);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void strings(JsonGenerator json, String name, List<String> values)
      throws IOException {
    if (!values.isEmpty()) {
      json.writeArrayFieldStart(name);
      for (String value : values) {
        json.writeString(value);
      }
      json.writeEndArray();
    }
  }
}
