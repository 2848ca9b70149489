package dev.rheo.cel.type;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.StructTypeReference;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The type of a variable with what a schema tells beyond it: the fields of objects, and how many
 * elements, bytes or characters there may be, which bounds the cost of an expression. Immutable.
 *
 * <p>See {@code k8s.io/apiserver/pkg/cel.DeclType}.
 */
public final class DeclType {
  /** Of lists and maps without a limit; an unsigned number. */
  public static final long UNLIMITED = -1;

  /** Of an empty list, map or object in JSON. */
  private static final int COLLECTION_SIZE = 2;

  public static final DeclType ANY = simple("any");
  public static final DeclType BOOL = simple("bool");
  public static final DeclType BYTES = simple("bytes");
  public static final DeclType DOUBLE = simple("double");
  public static final DeclType DURATION = simple("duration");
  public static final DeclType DYN = simple("dyn");
  public static final DeclType INT = simple("int");
  public static final DeclType NULL = simple("null");
  public static final DeclType QUANTITY = simple("kubernetes.Quantity");
  public static final DeclType STRING = simple("string");
  public static final DeclType TIMESTAMP = simple("timestamp");
  public static final DeclType UINT = simple("uint");

  private final CelType celType;
  private final Map<String, DeclType> fields;
  private final @Nullable DeclType key;
  private final @Nullable DeclType element;
  private final long maxElements;
  private final int minSize;

  private DeclType(
      CelType celType,
      Map<String, DeclType> fields,
      @Nullable DeclType key,
      @Nullable DeclType element,
      long maxElements,
      int minSize) {
    this.celType = celType;
    this.fields = fields;
    this.key = key;
    this.element = element;
    this.maxElements = maxElements;
    this.minSize = minSize;
  }

  private static DeclType simple(String name) {
    return new DeclType(TypeNames.parse(name), Map.of(), null, null, 0, 1);
  }

  public static DeclType list(DeclType element, long maxElements) {
    return new DeclType(
        ListType.create(element.celType), Map.of(), null, element, maxElements, COLLECTION_SIZE);
  }

  public static DeclType map(DeclType key, DeclType element, long maxElements) {
    return new DeclType(
        MapType.create(key.celType, element.celType),
        Map.of(),
        key,
        element,
        maxElements,
        COLLECTION_SIZE);
  }

  /**
   * An object with fields.
   *
   * @param fields of which the caller may change the map later, until the type is used
   */
  public static DeclType object(String name, Map<String, DeclType> fields) {
    return new DeclType(StructTypeReference.create(name), fields, null, null, 0, COLLECTION_SIZE);
  }

  /** The declared type of an expression's result, of which no sizes are known. */
  public static DeclType of(CelType type) {
    if (type instanceof NullableType) {
      return DYN;
    }
    return switch (type.kind()) {
      case ANY -> ANY;
      case BOOL -> BOOL;
      case BYTES -> BYTES;
      case DOUBLE -> DOUBLE;
      case DURATION -> DURATION;
      case INT -> INT;
      case NULL_TYPE -> NULL;
      case STRING -> STRING;
      case TIMESTAMP -> TIMESTAMP;
      case UINT -> UINT;
      case LIST ->
          type.parameters().isEmpty() ? DYN : list(of(type.parameters().get(0)), UNLIMITED);
      case MAP ->
          type.parameters().isEmpty()
              ? DYN
              : map(of(type.parameters().get(0)), of(type.parameters().get(1)), UNLIMITED);
      default -> DYN;
    };
  }

  /** The same type with another limit. */
  public DeclType withMaxElements(long limit) {
    return new DeclType(celType, fields, key, element, limit, minSize);
  }

  /** The same type, whose values have at least so many bytes in JSON. */
  public DeclType withMinSize(int bytes) {
    return new DeclType(celType, fields, key, element, maxElements, bytes);
  }

  public CelType celType() {
    return celType;
  }

  public String name() {
    return celType.name();
  }

  /** The fields of an object by name; empty if it is none. */
  public Map<String, DeclType> fields() {
    return fields;
  }

  /** Whether it is an object, not a map. */
  public boolean isObject() {
    return celType instanceof StructTypeReference && !celType.equals(QUANTITY.celType);
  }

  /** The type of a map's keys; null if it is no map. */
  public @Nullable DeclType key() {
    return key;
  }

  /** The type of a list's elements or a map's values; null if it is neither. */
  public @Nullable DeclType element() {
    return element;
  }

  /** The largest number of elements, or of bytes, as an unsigned number. */
  public long maxElements() {
    return maxElements;
  }

  /** The smallest size of a value in JSON, in bytes. */
  public int minSize() {
    return minSize;
  }

  @Override
  public String toString() {
    return TypeNames.of(celType);
  }
}
