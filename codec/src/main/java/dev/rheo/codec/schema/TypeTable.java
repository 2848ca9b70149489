package dev.rheo.codec.schema;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The types of one Kubernetes release, read from the fact table {@code types.txt}, whose first
 * lines describe its format. Immutable and thread-safe.
 */
public final class TypeTable {
  private static final String UNSTRUCTURED =
      "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured.Unstructured";

  private final Map<Kind, ObjectType> kinds = new HashMap<>();
  private final Map<String, ObjectType> types = new HashMap<>();
  private final ObjectType customObject;
  private final ObjectType customList;

  /**
   * A kind in a version.
   *
   * @param apiVersion such as {@code v1} or {@code apps/v1}
   */
  public record Kind(String apiVersion, String kind) {}

  private static final class BuiltIn {
    static final TypeTable TABLE = load("types.txt");
  }

  private TypeTable(BufferedReader lines) throws IOException {
    List<String[]> rows =
        lines.lines().filter(l -> !l.startsWith("#")).map(l -> l.split(" ")).toList();
    for (String[] row : rows) {
      if (row[0].equals("T")) {
        types.put(row[1], new ObjectType(row[1], row.length > 2));
      }
    }
    ObjectType type = null;
    List<FieldType> declared = new ArrayList<>();
    for (String[] row : rows) {
      switch (row[0]) {
        case "G" -> kinds.put(new Kind(row[1], row[2]), require(row[3]));
        case "T" -> {
          declare(type, declared);
          type = require(row[1]);
        }
        case "F" -> declared.add(field(row));
        default ->
            throw new IllegalStateException("a line of the type table begins with " + row[0]);
      }
    }
    declare(type, declared);
    types.values().forEach(ObjectType::link);
    customObject = new ObjectType(UNSTRUCTURED, true, true);
    customObject.declare(List.of(anyOf("ConfigMap", "metadata")));
    customObject.link();
    customList = new ObjectType(UNSTRUCTURED + "List", true, false);
    customList.declare(
        List.of(
            anyOf("ConfigMapList", "metadata"),
            new FieldType(
                "items",
                0,
                FieldType.Cardinality.LIST,
                FieldType.Kind.OBJECT,
                customObject,
                FieldType.Omit.NEVER,
                List.of(),
                null)));
    customList.link();
  }

  /** A field that is the same in all kinds. */
  private FieldType anyOf(String kind, String name) {
    FieldType field = require("k8s.io/api/core/v1." + kind).field(name);
    if (field == null) {
      throw new IllegalStateException(kind + " has no " + name);
    }
    return field;
  }

  private static void declare(@Nullable ObjectType type, List<FieldType> declared) {
    if (type != null) {
      type.declare(declared);
      declared.clear();
    }
  }

  /** The types of the release that this build serves. */
  public static TypeTable builtIn() {
    return BuiltIn.TABLE;
  }

  private static TypeTable load(String resource) {
    try (InputStream in = TypeTable.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      return new TypeTable(new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The type of a kind, or null: {@code type("apps/v1", "Deployment")}. */
  public @Nullable ObjectType type(String apiVersion, String kind) {
    return kinds.get(new Kind(apiVersion, kind));
  }

  /** The type of that Go name, such as {@code k8s.io/api/core/v1.PodSpec}, or null. */
  public @Nullable ObjectType byGoName(String goName) {
    return types.get(goName);
  }

  /** The objects of any custom resource: metadata, and what the definition says. */
  public ObjectType customObject() {
    return customObject;
  }

  /** A list of {@link #customObject}s. */
  public ObjectType customList() {
    return customList;
  }

  /** All kinds, and the type of each. */
  public Map<Kind, ObjectType> kinds() {
    return Map.copyOf(kinds);
  }

  private ObjectType require(String goName) {
    ObjectType type = types.get(goName);
    if (type == null) {
      throw new IllegalStateException("the type table lacks " + goName);
    }
    return type;
  }

  /** Parses {@code F number name cardinality kind omit patchStrategy patchMergeKey}. */
  private FieldType field(String[] row) {
    String kind = row[4];
    int colon = kind.indexOf(':');
    ObjectType type = colon < 0 ? null : require(kind.substring(colon + 1));
    return new FieldType(
        row[2],
        Integer.parseInt(row[1]),
        switch (row[3]) {
          case "v" -> FieldType.Cardinality.VALUE;
          case "p" -> FieldType.Cardinality.POINTER;
          case "l" -> FieldType.Cardinality.LIST;
          case "m" -> FieldType.Cardinality.MAP;
          case "i" -> FieldType.Cardinality.INLINE;
          default -> throw new IllegalStateException("cardinality " + row[3]);
        },
        kind(colon < 0 ? kind : kind.substring(0, colon)),
        type,
        switch (row[5]) {
          case "a" -> FieldType.Omit.NEVER;
          case "o" -> FieldType.Omit.EMPTY;
          case "z" -> FieldType.Omit.ZERO;
          default -> throw new IllegalStateException("omit mode " + row[5]);
        },
        row[6].equals("-") ? List.of() : List.of(row[6].split(",")),
        row[7].equals("-") ? null : row[7]);
  }

  private static FieldType.Kind kind(String name) {
    return switch (name) {
      case "str" -> FieldType.Kind.STRING;
      case "bytes" -> FieldType.Kind.BYTES;
      case "bool" -> FieldType.Kind.BOOLEAN;
      case "int32" -> FieldType.Kind.INT32;
      case "int64" -> FieldType.Kind.INT64;
      case "double" -> FieldType.Kind.DOUBLE;
      case "msg" -> FieldType.Kind.OBJECT;
      case "time" -> FieldType.Kind.TIME;
      case "microtime" -> FieldType.Kind.MICRO_TIME;
      case "quantity" -> FieldType.Kind.QUANTITY;
      case "intstr" -> FieldType.Kind.INT_OR_STRING;
      case "raw" -> FieldType.Kind.RAW;
      case "fieldsv1" -> FieldType.Kind.FIELDS_V1;
      case "json" -> FieldType.Kind.JSON;
      case "orarray" -> FieldType.Kind.SCHEMA_OR_ARRAY;
      case "orbool" -> FieldType.Kind.SCHEMA_OR_BOOL;
      case "orstrings" -> FieldType.Kind.SCHEMA_OR_STRINGS;
      case "strlist" -> FieldType.Kind.STRING_LIST;
      case "any" -> FieldType.Kind.ANY;
      default -> throw new IllegalStateException("kind " + name);
    };
  }
}
