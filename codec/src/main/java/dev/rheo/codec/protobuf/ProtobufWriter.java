package dev.rheo.codec.protobuf;

import dev.rheo.codec.io.ByteOutput;
import dev.rheo.codec.io.JsonScanner;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.value.Base64Text;
import dev.rheo.codec.value.Times;
import java.nio.charset.StandardCharsets;

/**
 * Converts an object's JSON to a message, in one pass and in JSON's order of fields. Writes only
 * fields that the JSON has. Each field of an inlined struct gets a message of its own, which
 * decoders merge.
 */
final class ProtobufWriter {
  private final JsonScanner in;
  private final WireWriter out;

  ProtobufWriter(JsonScanner in, WireWriter out) {
    this.in = in;
    this.out = out;
  }

  /**
   * Writes the object at the cursor; {@code kind} and {@code apiVersion} are not in the message.
   */
  void message(MessageType type) {
    in.expect('{');
    members(type);
  }

  /** Writes the members that follow, and consumes the closing brace. */
  void members(MessageType type) {
    if (in.consume('}')) {
      return;
    }
    int next = 0;
    do {
      in.string();
      int index = type.find(in, next);
      in.expect(':');
      if (index < 0) {
        in.skipValue();
        continue;
      }
      next = index + 1;
      MessageType.Field field = type.inJsonOrder(index);
      if (field.type.number() == 0) {
        in.skipValue();
      } else if (!in.consumeNull()) {
        field(field, 0);
      }
    } while (in.more('}'));
  }

  /** Writes the one member that follows, an object, as a field. */
  void member(int number, MessageType type) {
    in.string();
    in.expect(':');
    int start = out.open(number);
    message(type);
    out.close(start);
  }

  /** Writes a field inside one message per inlined struct around it. */
  private void field(MessageType.Field field, int inlined) {
    if (inlined < field.inlinedIn.length) {
      int start = out.open(field.inlinedIn[inlined]);
      field(field, inlined + 1);
      out.close(start);
      return;
    }
    switch (field.type.cardinality()) {
      case LIST -> elements(field);
      case MAP -> entries(field);
      default -> value(field, field.type.number());
    }
  }

  private void elements(MessageType.Field field) {
    in.expect('[');
    if (in.consume(']')) {
      return;
    }
    do {
      element(field, field.type.number());
    } while (in.more(']'));
  }

  private void entries(MessageType.Field field) {
    in.expect('{');
    if (in.consume('}')) {
      return;
    }
    do {
      int start = out.open(field.type.number());
      text(Wire.KEY);
      in.expect(':');
      element(field, Wire.ENTRY_VALUE);
      out.close(start);
    } while (in.more('}'));
  }

  /** Writes an element of a list or map, in which null is a zero value. */
  private void element(MessageType.Field field, int number) {
    if (!in.consumeNull()) {
      value(field, number);
      return;
    }
    switch (field.type.kind()) {
      case BOOLEAN, INT32, INT64 -> out.varint(number, 0);
      case DOUBLE -> out.fixed64(number, 0);
      default -> out.close(out.open(number));
    }
  }

  private void value(MessageType.Field field, int number) {
    switch (field.type.kind()) {
      case STRING -> text(number);
      case BYTES -> bytes(number);
      case BOOLEAN -> out.varint(number, bool() ? 1 : 0);
      case INT32, INT64 -> out.varint(number, integer());
      case DOUBLE -> {
        in.number();
        out.fixed64(number, Double.parseDouble(in.text()));
      }
      default -> {
        int start = out.open(number);
        special(field);
        out.close(start);
      }
    }
  }

  private void special(MessageType.Field field) {
    switch (field.type.kind()) {
      case OBJECT -> message(field.requireMessage());
      case TIME -> time(false);
      case MICRO_TIME -> time(true);
      case QUANTITY -> {
        if (in.peek() == '"') {
          text(Wire.ONLY);
        } else {
          in.number();
          out.string(Wire.ONLY, in.text());
        }
      }
      case INT_OR_STRING -> intOrString();
      case RAW, FIELDS_V1, JSON -> {
        in.peek();
        int from = in.position();
        in.skipValue();
        out.bytes(Wire.ONLY, in.bytes(), from, in.position());
      }
      case STRING_LIST -> strings(Wire.ONLY);
      case SCHEMA_OR_ARRAY -> {
        if (in.peek() == '[') {
          schemas(field);
        } else {
          schema(field, Wire.SCHEMA);
        }
      }
      case SCHEMA_OR_STRINGS -> {
        if (in.peek() == '[') {
          strings(Wire.SCHEMA_LIST);
        } else {
          schema(field, Wire.SCHEMA);
        }
      }
      case SCHEMA_OR_BOOL -> {
        if (in.peek() == '{') {
          out.varint(Wire.ALLOWS, 1);
          schema(field, Wire.BOOL_SCHEMA);
        } else {
          out.varint(Wire.ALLOWS, bool() ? 1 : 0);
        }
      }
      default -> throw new IllegalStateException(field.type + " has no protobuf form");
    }
  }

  private boolean bool() {
    boolean value = in.peek() == 't';
    in.literal(value ? "true" : "false");
    return value;
  }

  private long integer() {
    if (!in.number()) {
      throw in.unexpected("in an integer");
    }
    try {
      return in.integer();
    } catch (ArithmeticException e) {
      throw in.unexpected("after an integer of more than 64 bits");
    }
  }

  private void text(int number) {
    in.string();
    if (!in.escaped()) {
      out.bytes(number, in.bytes(), in.stringStart(), in.stringEnd());
      return;
    }
    int escaped = in.stringEnd() - in.stringStart();
    if (escaped >= Meter.Tally.STEP) {
      Meter.charge(escaped);
    }
    byte[] utf8 = new byte[escaped];
    int length = in.unescape(utf8, 0);
    out.bytes(number, utf8, 0, length);
  }

  private void bytes(int number) {
    in.string();
    int from = in.stringStart();
    int to = in.stringEnd();
    int length = Base64Text.decodedLength(in.bytes(), from, to);
    if (length >= 0) {
      ByteOutput bytes = out.out();
      int start = bytes.size();
      out.tag(number, Wire.BYTES);
      out.varint(length);
      int at = bytes.claim(length);
      if (Base64Text.decodeCanonical(in.bytes(), from, to, bytes.array(), at)) {
        return;
      }
      bytes.truncate(start);
    }
    if (to - from >= Meter.Tally.STEP) {
      Meter.charge(5L * (to - from)); // text, bytes, two copies without line breaks, and the data
    }
    byte[] text = in.text().getBytes(StandardCharsets.UTF_8);
    byte[] data = Base64Text.decode(text, 0, text.length);
    out.bytes(number, data, 0, data.length);
  }

  private void time(boolean micro) {
    in.string();
    Times.Instant time = Times.parse(in.text(), micro);
    if (!time.isZero()) { // the zero time is an empty message
      out.varint(Wire.SECONDS, time.seconds());
      out.varint(Wire.NANOS, time.micros() * 1000L);
    }
  }

  /** Like upstream, writes all three fields, whatever the type. */
  private void intOrString() {
    if (in.peek() == '"') {
      out.varint(Wire.INT_OR_STRING_TYPE, Wire.TYPE_STRING);
      out.varint(Wire.INT_VALUE, 0);
      text(Wire.STRING_VALUE);
    } else {
      out.varint(Wire.INT_OR_STRING_TYPE, Wire.TYPE_INT);
      out.varint(Wire.INT_VALUE, integer());
      out.close(out.open(Wire.STRING_VALUE));
    }
  }

  private void strings(int number) {
    in.expect('[');
    if (in.consume(']')) {
      return;
    }
    do {
      if (in.consumeNull()) {
        out.close(out.open(number));
      } else {
        text(number);
      }
    } while (in.more(']'));
  }

  private void schema(MessageType.Field field, int number) {
    int start = out.open(number);
    message(field.requireMessage());
    out.close(start);
  }

  private void schemas(MessageType.Field field) {
    in.expect('[');
    if (in.consume(']')) {
      return;
    }
    do {
      if (in.consumeNull()) {
        out.close(out.open(Wire.SCHEMA_LIST));
      } else {
        schema(field, Wire.SCHEMA_LIST);
      }
    } while (in.more(']'));
  }
}
