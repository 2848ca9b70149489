package dev.rheo.codec.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One field of a type.
 *
 * @param name the JSON name
 * @param number the protobuf field number; 0 when the field has no protobuf form
 * @param cardinality how many values
 * @param kind what a value is
 * @param type the type of a value of kind {@link Kind#OBJECT}, and the schema type of the three
 *     {@code …_OR_…} kinds; else null
 * @param omit when the field is left out of JSON
 * @param patchStrategy {@code merge}, {@code replace}, {@code retainKeys}: of strategic merge
 *     patch; mostly empty
 * @param patchMergeKey the key of a merged list, or null
 */
public record FieldType(
    String name,
    int number,
    Cardinality cardinality,
    Kind kind,
    @Nullable ObjectType type,
    Omit omit,
    List<String> patchStrategy,
    @Nullable String patchMergeKey) {

  /** How many values a field holds, in Go's terms. */
  public enum Cardinality {
    /** One value, never nil. */
    VALUE,
    /** One value or nil. */
    POINTER,
    LIST,
    /** With string keys. */
    MAP
  }

  /** What a single value is. */
  public enum Kind {
    STRING,
    BYTES,
    BOOLEAN,
    INT32,
    INT64,
    /** An unsigned byte, and other narrow integers; range checked as INT32. */
    UINT8,
    UINT32,
    UINT64,
    DOUBLE,
    OBJECT,
    TIME,
    MICRO_TIME,
    DURATION,
    QUANTITY,
    INT_OR_STRING,
    /** Any JSON value, kept as it is: RawExtension. */
    RAW,
    /** Any JSON value, kept as it is: FieldsV1. */
    FIELDS_V1,
    /** Any JSON value, kept as it is: the JSON type of apiextensions. */
    JSON,
    SCHEMA_OR_ARRAY,
    SCHEMA_OR_BOOL,
    SCHEMA_OR_STRINGS,
    /** A list of strings that is a message of its own in protobuf: Verbs, ExtraValue. */
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
