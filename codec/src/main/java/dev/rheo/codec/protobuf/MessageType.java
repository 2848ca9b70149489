package dev.rheo.codec.protobuf;

import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.FieldType.Cardinality;
import dev.rheo.codec.schema.ObjectType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A type compiled for transcoding: its fields by protobuf number, and by JSON name with the path
 * through the inlined structs.
 */
final class MessageType {
  private static final int[] NOT_INLINED = {};

  /** A field. By number, an inlined struct is one field. */
  static final class Field {
    final FieldType type;
    final byte[] name;

    /** The type of an object, a schema or an inlined struct; null for other values. */
    final @Nullable MessageType message;

    /** Field numbers of the inlined structs around the field, outermost first. */
    final int[] inlinedIn;

    Field(FieldType type, @Nullable MessageType message, int[] inlinedIn) {
      this.type = type;
      this.name = type.name().getBytes(StandardCharsets.UTF_8);
      this.message = message;
      this.inlinedIn = inlinedIn;
    }

    MessageType requireMessage() {
      if (message == null) {
        throw new IllegalStateException(type + " has no message type");
      }
      return message;
    }
  }

  private final String name;
  private @Nullable Field[] byNumber = {};
  private Field[] inJsonOrder = {};
  private final Map<String, Field> byName = new HashMap<>();

  private MessageType(ObjectType type) {
    name = type.name();
  }

  /** Compiles the types and all that they refer to. */
  static Map<ObjectType, MessageType> compile(Iterable<ObjectType> types) {
    Map<ObjectType, MessageType> compiled = new IdentityHashMap<>();
    types.forEach(type -> of(type, compiled));
    return compiled;
  }

  private static MessageType of(ObjectType type, Map<ObjectType, MessageType> compiled) {
    MessageType known = compiled.get(type);
    if (known != null) {
      return known;
    }
    MessageType message = new MessageType(type);
    compiled.put(type, message);
    message.declare(type, compiled);
    return message;
  }

  private void declare(ObjectType type, Map<ObjectType, MessageType> compiled) {
    int highest = type.declaredFields().stream().mapToInt(FieldType::number).max().orElse(0);
    byNumber = new Field[highest + 1];
    for (FieldType field : type.declaredFields()) {
      if (field.number() > 0) {
        byNumber[field.number()] = field(field, NOT_INLINED, compiled);
      }
    }
    List<Field> order = new ArrayList<>();
    flatten(type, NOT_INLINED, order, compiled);
    inJsonOrder = order.toArray(Field[]::new);
  }

  private void flatten(
      ObjectType type, int[] inlinedIn, List<Field> order, Map<ObjectType, MessageType> compiled) {
    for (FieldType declared : type.declaredFields()) {
      if (declared.cardinality() == Cardinality.INLINE) {
        int[] deeper = Arrays.copyOf(inlinedIn, inlinedIn.length + 1);
        deeper[inlinedIn.length] = declared.number();
        flatten(declared.requireType(), deeper, order, compiled);
      } else {
        Field field = field(declared, inlinedIn, compiled);
        if (byName.putIfAbsent(declared.name(), field) == null) {
          order.add(field);
        }
      }
    }
  }

  private static Field field(
      FieldType type, int[] inlinedIn, Map<ObjectType, MessageType> compiled) {
    ObjectType message = type.type();
    return new Field(type, message == null ? null : of(message, compiled), inlinedIn);
  }

  /** The field of that number, or null. */
  @Nullable Field number(int number) {
    return number < byNumber.length ? byNumber[number] : null;
  }

  /**
   * The index, in JSON order, of the field that the key just scanned names; -1 if there is none.
   *
   * @param from index to try first: the one after the previous field, as members are mostly in
   *     order
   */
  int find(JsonScanner key, int from) {
    for (int i = from; i < inJsonOrder.length; i++) {
      if (key.stringIs(inJsonOrder[i].name)) {
        return i;
      }
    }
    for (int i = 0; i < Math.min(from, inJsonOrder.length); i++) {
      if (key.stringIs(inJsonOrder[i].name)) {
        return i;
      }
    }
    return key.escaped() ? Arrays.asList(inJsonOrder).indexOf(byName.get(key.text())) : -1;
  }

  Field inJsonOrder(int index) {
    return inJsonOrder[index];
  }

  @Override
  public String toString() {
    return name;
  }
}
