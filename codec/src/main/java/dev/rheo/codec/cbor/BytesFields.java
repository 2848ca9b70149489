package dev.rheo.codec.cbor;

import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.ObjectType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a type that are or hold bytes, which is all that the CBOR codec needs to know of
 * the type. Most types have none. Immutable and thread-safe.
 */
final class BytesFields {
  private static final Map<ObjectType, BytesFields> OF_TYPES = new ConcurrentHashMap<>();
  private static final BytesFields NONE = new BytesFields(List.of());

  /**
   * A field that is or holds bytes.
   *
   * @param name the JSON name
   * @param each whether the field is a list or map of such values
   * @param type the type of the object that holds bytes; null if the value itself is bytes
   */
  record Field(byte[] name, boolean each, @Nullable ObjectType type) {
    boolean isBytes() {
      return type == null;
    }
  }

  private final Field[] fields;

  private BytesFields(List<Field> fields) {
    this.fields = fields.toArray(Field[]::new);
  }

  /** The fields of a type; a shared empty instance if the type is unknown. */
  static BytesFields of(@Nullable ObjectType type) {
    if (type == null) {
      return NONE;
    }
    BytesFields known = OF_TYPES.get(type);
    if (known == null) {
      known = compile(type);
      OF_TYPES.put(type, known);
    }
    return known;
  }

  private static BytesFields compile(ObjectType type) {
    List<Field> found = new ArrayList<>();
    for (FieldType field : type.fields()) {
      ObjectType within = field.kind() == FieldType.Kind.OBJECT ? field.requireType() : null;
      if (field.kind() == FieldType.Kind.BYTES
          || (within != null && holdsBytes(within, new HashSet<>()))) {
        found.add(
            new Field(
                field.name().getBytes(StandardCharsets.UTF_8),
                field.cardinality() == FieldType.Cardinality.LIST
                    || field.cardinality() == FieldType.Cardinality.MAP,
                within));
      }
    }
    return found.isEmpty() ? NONE : new BytesFields(found);
  }

  private static boolean holdsBytes(ObjectType type, Set<ObjectType> seen) {
    if (!seen.add(type)) {
      return false;
    }
    for (FieldType field : type.fields()) {
      if (field.kind() == FieldType.Kind.BYTES
          || (field.kind() == FieldType.Kind.OBJECT && holdsBytes(field.requireType(), seen))) {
        return true;
      }
    }
    return false;
  }

  /** Whether the type has no such fields. */
  boolean isEmpty() {
    return fields.length == 0;
  }

  Field[] fields() {
    return fields;
  }

  /** The field of that name, or null. */
  @Nullable Field named(byte[] utf8) {
    for (Field field : fields) {
      if (Arrays.equals(field.name, utf8)) {
        return field;
      }
    }
    return null;
  }
}
