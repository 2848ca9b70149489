package dev.rheo.codec.protobuf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Weights;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.schema.FieldType;
import dev.rheo.codec.schema.FieldType.Cardinality;
import dev.rheo.codec.schema.FieldType.Kind;
import dev.rheo.codec.schema.FieldType.Omit;
import dev.rheo.codec.value.Base64Text;
import dev.rheo.codec.value.Times;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a message to the tree of its JSON form. Skips unknown fields. Merges duplicate fields as
 * protobuf demands: the last scalar wins, messages are merged, elements are appended.
 *
 * <p>A zero scalar that Go writes in protobuf but omits in JSON is omitted.
 */
final class ProtobufReader {
  private static final Nodes NODES = Nodes.INSTANCE;

  /**
   * Deepest nesting of messages. A level takes four calls, so that JSON's limit could overflow a
   * thread's stack. JSON within a message may nest as deep again.
   */
  static final int MAX_DEPTH = ObjectDecoder.MAX_DEPTH / 2;

  /** Whole doubles below this are long numbers, and JSON has them without an exponent. */
  private static final double WHOLE_DOUBLES = 1e18;

  private static final int NANOS_OF_MICRO = 1000;
  private static final long MICROS_OF_SECOND = 1_000_000;

  private final WireReader in;
  private final Function<Envelope, ObjectNode> nested;
  private final Budget budget;
  private final Meter.Tally tally;

  /** Limits nesting and containers of one request, including nested envelopes. */
  static final class Budget {
    private int depth = MAX_DEPTH;
    private int containers = ObjectDecoder.MAX_CONTAINERS;

    /** Charges for the tree. */
    final Meter.Tally tally = Meter.tally();

    void enter() {
      if (--depth < 0) {
        throw WireReader.malformed("exceeded max depth");
      }
      container();
    }

    void leave() {
      depth++;
    }

    void container() {
      if (--containers < 0) {
        throw WireReader.malformed("more than " + ObjectDecoder.MAX_CONTAINERS + " messages");
      }
    }
  }

  /**
   * @param nested decodes an object that is, in an envelope, where JSON is expected
   */
  ProtobufReader(WireReader in, Function<Envelope, ObjectNode> nested, Budget budget) {
    this.in = in;
    this.nested = nested;
    this.budget = budget;
    this.tally = budget.tally;
  }

  /** Reads to the end of the message and adds its fields to the object. */
  void message(MessageType type, ObjectNode object) {
    budget.enter();
    while (in.hasMore()) {
      int tag = in.tag();
      MessageType.Field field = type.number(tag >>> Wire.TYPE_BITS);
      if (field == null) {
        in.skip(tag);
        continue;
      }
      switch (field.type.cardinality()) {
        case INLINE -> {
          in.require(tag, Wire.BYTES, type + "." + field.type.number());
          int outer = in.enter();
          message(field.requireMessage(), object);
          in.leave(outer);
        }
        case LIST -> elements(field, tag, object);
        case MAP -> entry(field, tag, object);
        case VALUE, POINTER -> single(field, tag, object);
      }
    }
    budget.leave();
  }

  private void single(MessageType.Field field, int tag, ObjectNode object) {
    String name = field.type.name();
    JsonNode value = value(field, tag, object.get(name));
    if (value.isNull() || isDropped(field.type, value)) {
      object.remove(name);
    } else {
      set(object, name, value);
    }
  }

  /** Sets a member, and charges for its map entry if it is new. */
  private void set(ObjectNode object, String name, JsonNode value) {
    int size = object.size();
    object.set(name, value);
    if (object.size() > size) {
      tally.add(Weights.entry(size));
    }
  }

  private static boolean isDropped(FieldType field, JsonNode value) {
    if (field.cardinality() != Cardinality.VALUE || field.omit() != Omit.EMPTY) {
      return false;
    }
    return switch (field.kind()) {
      case STRING, BYTES -> value.textValue().isEmpty();
      case BOOLEAN -> !value.booleanValue();
      case INT32, INT64 -> value.longValue() == 0;
      case DOUBLE -> value.doubleValue() == 0;
      default -> false;
    };
  }

  private void elements(MessageType.Field field, int tag, ObjectNode object) {
    String name = field.type.name();
    ArrayNode list;
    if (object.get(name) instanceof ArrayNode earlier) {
      list = earlier;
    } else {
      budget.container();
      tally.add(Weights.ARRAY + Weights.entry(object.size()));
      list = object.putArray(name);
    }
    if (isPacked(field.type.kind(), tag)) {
      int outer = in.enter();
      while (in.hasMore()) {
        tally.add(Weights.element(list.size()));
        list.add(scalar(field.type.kind()));
      }
      in.leave(outer);
    } else {
      tally.add(Weights.element(list.size()));
      list.add(value(field, tag, null));
    }
  }

  private static boolean isPacked(Kind kind, int tag) {
    return (tag & Wire.TYPE_MASK) == Wire.BYTES && wireType(kind) != Wire.BYTES;
  }

  private static int wireType(Kind kind) {
    return switch (kind) {
      case BOOLEAN, INT32, INT64 -> Wire.VARINT;
      case DOUBLE -> Wire.FIXED64;
      default -> Wire.BYTES;
    };
  }

  /** Reads an entry of a map; its key, its value or both may be missing. */
  private void entry(MessageType.Field field, int tag, ObjectNode object) {
    String name = field.type.name();
    in.require(tag, Wire.BYTES, name);
    ObjectNode map;
    if (object.get(name) instanceof ObjectNode earlier) {
      map = earlier;
    } else {
      budget.container();
      tally.add(Weights.OBJECT + Weights.entry(object.size()));
      map = object.putObject(name);
    }
    String key = "";
    JsonNode value = null;
    int outer = in.enter();
    while (in.hasMore()) {
      int inner = in.tag();
      switch (inner >>> Wire.TYPE_BITS) {
        case Wire.KEY -> {
          in.require(inner, Wire.BYTES, name);
          key = in.string(tally);
        }
        case Wire.ENTRY_VALUE -> value = value(field, inner, value);
        default -> in.skip(inner);
      }
    }
    in.leave(outer);
    set(map, key, value == null ? zero(field.type.kind()) : value);
  }

  private JsonNode zero(Kind kind) {
    tally.add(Weights.OBJECT);
    return switch (kind) {
      case STRING, BYTES -> NODES.textNode("");
      case INT32, INT64, DOUBLE, INT_OR_STRING -> NODES.numberNode(0);
      case BOOLEAN, SCHEMA_OR_BOOL -> BooleanNode.FALSE;
      case QUANTITY -> NODES.textNode("0");
      case OBJECT -> NODES.objectNode();
      default -> NODES.nullNode();
    };
  }

  private JsonNode scalar(Kind kind) {
    tally.add(Weights.NUMBER);
    return switch (kind) {
      case BOOLEAN -> NODES.booleanNode(in.varint() != 0);
      case INT32 -> NODES.numberNode((int) in.varint());
      case INT64 -> NODES.numberNode(in.varint());
      case DOUBLE -> {
        double value = in.fixed64();
        if (!Double.isFinite(value)) {
          throw WireReader.malformed("a number is not finite");
        }
        boolean whole = value == Math.rint(value) && Math.abs(value) < WHOLE_DOUBLES;
        yield whole ? NODES.numberNode((long) value) : NODES.numberNode(value);
      }
      default -> throw new IllegalStateException(kind + " is not a number");
    };
  }

  /**
   * @param earlier the field's earlier value, into which a message is merged
   */
  private JsonNode value(MessageType.Field field, int tag, @Nullable JsonNode earlier) {
    Kind kind = field.type.kind();
    int wireType = wireType(kind);
    in.require(tag, wireType, field.type.name());
    if (wireType != Wire.BYTES) {
      return scalar(kind);
    }
    if (kind == Kind.STRING) {
      return text(in.string(tally));
    }
    int outer = in.enter();
    JsonNode value =
        switch (kind) {
          case BYTES -> bytes();
          case OBJECT -> object(field, earlier);
          case TIME -> time(false);
          case MICRO_TIME -> time(true);
          case QUANTITY -> quantity();
          case INT_OR_STRING -> intOrString();
          case RAW, FIELDS_V1, JSON -> json();
          case STRING_LIST -> strings(Wire.ONLY);
          case SCHEMA_OR_ARRAY, SCHEMA_OR_STRINGS -> schemaOrList(field);
          case SCHEMA_OR_BOOL -> schemaOrBool(field);
          default -> throw new IllegalStateException(kind + " has no protobuf form");
        };
    in.leave(outer);
    return value;
  }

  private JsonNode object(MessageType.Field field, @Nullable JsonNode earlier) {
    ObjectNode object = earlier instanceof ObjectNode merged ? merged : newObject();
    message(field.requireMessage(), object);
    return object;
  }

  private ObjectNode newObject() {
    tally.add(Weights.OBJECT);
    return NODES.objectNode();
  }

  private JsonNode bytes() {
    int length = Base64Text.encodedLength(in.end() - in.position());
    tally.scratch(length); // the array that the string is copied from
    tally.add(Weights.latin1(length));
    return text(Base64Text.encodeToString(in.bytes(), in.position(), in.end()));
  }

  /** A node for a string that is already charged. */
  private JsonNode text(String text) {
    tally.add(Weights.TEXT);
    return NODES.textNode(text);
  }

  /** An empty message means "no time". As in upstream, nanoseconds count only for MicroTime. */
  private JsonNode time(boolean micro) {
    if (!in.hasMore()) {
      return NODES.nullNode();
    }
    long seconds = 0;
    int nanos = 0;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> Wire.TYPE_BITS) {
        case Wire.SECONDS -> {
          in.require(tag, Wire.VARINT, "Seconds");
          seconds = in.varint();
        }
        case Wire.NANOS -> {
          in.require(tag, Wire.VARINT, "Nanos");
          nanos = (int) in.varint();
        }
        default -> in.skip(tag);
      }
    }
    int micros = 0;
    if (micro) {
      long all = Math.floorDiv(nanos, NANOS_OF_MICRO);
      seconds += Math.floorDiv(all, MICROS_OF_SECOND);
      micros = (int) Math.floorMod(all, MICROS_OF_SECOND);
    }
    if (new Times.Instant(seconds, micros).isZero()) {
      return NODES.nullNode();
    }
    try {
      String text = Times.format(seconds, micros, micro);
      tally.add(Weights.latin1(text.length()));
      return text(text);
    } catch (IllegalArgumentException e) {
      throw WireReader.malformed("time: " + e.getMessage());
    }
  }

  private JsonNode quantity() {
    String text = "";
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag >>> Wire.TYPE_BITS == Wire.ONLY) {
        in.require(tag, Wire.BYTES, "String_");
        text = in.string(tally);
      } else {
        in.skip(tag);
      }
    }
    return text(text.isEmpty() ? "0" : text);
  }

  private JsonNode intOrString() {
    long type = Wire.TYPE_INT;
    int number = 0;
    String text = "";
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> Wire.TYPE_BITS) {
        case Wire.INT_OR_STRING_TYPE -> {
          in.require(tag, Wire.VARINT, "Type");
          type = in.varint();
        }
        case Wire.INT_VALUE -> {
          in.require(tag, Wire.VARINT, "IntVal");
          number = (int) in.varint();
        }
        case Wire.STRING_VALUE -> {
          in.require(tag, Wire.BYTES, "StrVal");
          text = in.string(tally);
        }
        default -> in.skip(tag);
      }
    }
    if (type != Wire.TYPE_INT && type != Wire.TYPE_STRING) {
      throw WireReader.malformed("impossible IntOrString.Type");
    }
    if (type == Wire.TYPE_STRING) {
      return text(text);
    }
    tally.add(Weights.NUMBER);
    return NODES.numberNode(number);
  }

  /** Reads JSON text, or an object in an envelope. */
  private JsonNode json() {
    JsonNode value = NODES.nullNode();
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag >>> Wire.TYPE_BITS != Wire.ONLY) {
        in.skip(tag);
        continue;
      }
      in.require(tag, Wire.BYTES, "Raw");
      int outer = in.enter();
      int from = in.position();
      int to = in.end();
      if (Envelope.isAt(in.bytes(), from, to)) {
        budget.enter();
        value = nested.apply(Envelope.read(in.bytes(), from, to));
        budget.leave();
      } else if (from < to) {
        int depth = ObjectDecoder.MAX_DEPTH - MAX_DEPTH;
        value = ObjectDecoder.decodeValue(in.bytes(), from, to, depth);
      }
      in.leave(outer);
    }
    return value;
  }

  private JsonNode strings(int number) {
    tally.add(Weights.ARRAY);
    ArrayNode list = NODES.arrayNode();
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag >>> Wire.TYPE_BITS == number) {
        in.require(tag, Wire.BYTES, "Items");
        tally.add(Weights.element(list.size()));
        list.add(text(in.string(tally)));
      } else {
        in.skip(tag);
      }
    }
    return list.isEmpty() ? NODES.nullNode() : list;
  }

  private JsonNode schemaOrList(MessageType.Field field) {
    ObjectNode schema = null;
    tally.add(Weights.ARRAY);
    ArrayNode list = NODES.arrayNode();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> Wire.TYPE_BITS) {
        case Wire.SCHEMA -> schema = schema(field, tag, schema);
        case Wire.SCHEMA_LIST -> {
          tally.add(Weights.element(list.size()));
          if (field.type.kind() == Kind.SCHEMA_OR_STRINGS) {
            in.require(tag, Wire.BYTES, "Property");
            list.add(text(in.string(tally)));
          } else {
            list.add(schema(field, tag, null));
          }
        }
        default -> in.skip(tag);
      }
    }
    return !list.isEmpty() ? list : schema != null ? schema : NODES.nullNode();
  }

  private JsonNode schemaOrBool(MessageType.Field field) {
    ObjectNode schema = null;
    boolean allows = false;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> Wire.TYPE_BITS) {
        case Wire.ALLOWS -> {
          in.require(tag, Wire.VARINT, "Allows");
          allows = in.varint() != 0;
        }
        case Wire.BOOL_SCHEMA -> schema = schema(field, tag, schema);
        default -> in.skip(tag);
      }
    }
    return schema != null ? schema : NODES.booleanNode(allows);
  }

  private ObjectNode schema(MessageType.Field field, int tag, @Nullable ObjectNode earlier) {
    in.require(tag, Wire.BYTES, field.type.name());
    int outer = in.enter();
    ObjectNode schema = earlier == null ? newObject() : earlier;
    message(field.requireMessage(), schema);
    in.leave(outer);
    return schema;
  }
}
