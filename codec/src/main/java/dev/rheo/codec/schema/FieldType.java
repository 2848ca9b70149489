package dev.rheo.codec.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One field of a type. Immutable. */
public final class FieldType {
  private final String name;
  private final int number;
  private final Cardinality cardinality;
  private final Kind kind;
  private final @Nullable ObjectType type;
  private final Omit omit;
  private final List<String> patchStrategy;
  private final @Nullable String patchMergeKey;
  private final String quotedKey;

  FieldType(
      String name,
      int number,
      Cardinality cardinality,
      Kind kind,
      @Nullable ObjectType type,
      Omit omit,
      List<String> patchStrategy,
      @Nullable String patchMergeKey) {
    this.name = name;
    this.number = number;
    this.cardinality = cardinality;
    this.kind = kind;
    this.type = type;
    this.omit = omit;
    this.patchStrategy = List.copyOf(patchStrategy);
    this.patchMergeKey = patchMergeKey;
    this.quotedKey = '"' + name + "\":";
  }

  /** The JSON name; empty for an inlined struct. */
  public String name() {
    return name;
  }

  /** The protobuf field number; 0 when the field has no protobuf form. */
  public int number() {
    return number;
  }

  /** How many values the field holds. */
  public Cardinality cardinality() {
    return cardinality;
  }

  /** The kind of one value. */
  public Kind kind() {
    return kind;
  }

  /**
   * The type of a value of kind {@link Kind#OBJECT}, and the schema type of the three {@code
   * …_OR_…} kinds; null for all others.
   */
  public @Nullable ObjectType type() {
    return type;
  }

  /** {@link #type()} of a kind that has one. */
  public ObjectType requireType() {
    if (type == null) {
      throw new IllegalStateException(name + " is of kind " + kind + ", which has no type");
    }
    return type;
  }

  /** When the field is left out of JSON. */
  public Omit omit() {
    return omit;
  }

  /**
   * How strategic merge patch treats the field: {@code merge}, {@code replace}, {@code retainKeys}.
   * Mostly empty: lists and scalars are replaced.
   */
  public List<String> patchStrategy() {
    return patchStrategy;
  }

  /** The key by which strategic merge patch merges a list, or null. */
  public @Nullable String patchMergeKey() {
    return patchMergeKey;
  }

  /** The name as a JSON key, colon included. */
  public String quotedKey() {
    return quotedKey;
  }

  /** The Go type of the whole field, as Go's messages show it: {@code []v1.Container}. */
  public String goType() {
    return switch (cardinality) {
      case VALUE, POINTER, INLINE -> goElementType();
      case LIST -> "[]" + goElementType();
      case MAP -> "map[string]" + goElementType();
    };
  }

  /** The Go type of one value. */
  public String goElementType() {
    return switch (kind) {
      case STRING, TIME, MICRO_TIME, QUANTITY, INT_OR_STRING -> "string";
      case BYTES -> "[]uint8";
      case BOOLEAN -> "bool";
      case INT32 -> "int32";
      case INT64 -> "int64";
      case DOUBLE -> "float64";
      case STRING_LIST -> "[]string";
      case OBJECT -> requireType().shortGoName();
      case RAW, FIELDS_V1, JSON, ANY, SCHEMA_OR_ARRAY, SCHEMA_OR_BOOL, SCHEMA_OR_STRINGS -> "any";
    };
  }

  @Override
  public String toString() {
    return name + " " + goType();
  }

  /** How many values a field holds, in Go's terms. */
  public enum Cardinality {
    /** One value, never nil. */
    VALUE,
    /** One value or nil. */
    POINTER,
    LIST,
    /** With string keys. */
    MAP,
    /** A struct whose JSON fields appear among those of the enclosing struct. */
    INLINE
  }

  /** The kind of a single value. */
  public enum Kind {
    STRING,
    BYTES,
    BOOLEAN,
    INT32,
    INT64,
    DOUBLE,
    OBJECT,
    TIME,
    MICRO_TIME,
    QUANTITY,
    INT_OR_STRING,
    /** Any JSON value, passed through as it is: RawExtension. */
    RAW,
    /** Any JSON value, passed through as it is: FieldsV1. */
    FIELDS_V1,
    /** Any JSON value, decoded and encoded again by upstream: the JSON type of apiextensions. */
    JSON,
    SCHEMA_OR_ARRAY,
    SCHEMA_OR_BOOL,
    SCHEMA_OR_STRINGS,
    /** A list of strings that protobuf wraps in a message: Verbs, ExtraValue. */
    STRING_LIST,
    /** Any JSON value without a protobuf form: the cells of a Table. */
    ANY
  }

  /** Go's omit modes. */
  public enum Omit {
    /** Always written. */
    NEVER,
    /**
     * omitempty: left out when false, 0, "", nil, or an empty list or map; a struct is never empty.
     */
    EMPTY,
    /** omitzero: left out when the zero value, structs too. */
    ZERO
  }
}
