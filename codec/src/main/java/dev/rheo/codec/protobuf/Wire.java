package dev.rheo.codec.protobuf;

/** Wire types, and the field numbers of the messages that are not in the type table. */
final class Wire {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  /** Bits of a tag that hold the wire type. */
  static final int TYPE_BITS = 3;

  static final int TYPE_MASK = (1 << TYPE_BITS) - 1;

  /** Field numbers of a map entry. */
  static final int KEY = 1;

  static final int ENTRY_VALUE = 2;

  /** The only field of Quantity, RawExtension, FieldsV1, JSON and a list of strings. */
  static final int ONLY = 1;

  /** Field numbers of Time and MicroTime. */
  static final int SECONDS = 1;

  static final int NANOS = 2;

  /** Field numbers of IntOrString, and the values of its type. */
  static final int INT_OR_STRING_TYPE = 1;

  static final int INT_VALUE = 2;
  static final int STRING_VALUE = 3;
  static final int TYPE_INT = 0;
  static final int TYPE_STRING = 1;

  /** Field numbers of JSONSchemaPropsOrArray and JSONSchemaPropsOrStringArray. */
  static final int SCHEMA = 1;

  static final int SCHEMA_LIST = 2;

  /** Field numbers of JSONSchemaPropsOrBool. */
  static final int ALLOWS = 1;

  static final int BOOL_SCHEMA = 2;

  private Wire() {}

  static int tag(int number, int wireType) {
    return number << TYPE_BITS | wireType;
  }
}
