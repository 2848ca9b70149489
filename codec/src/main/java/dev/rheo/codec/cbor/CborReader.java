package dev.rheo.codec.cbor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.cbor.BytesFields.Field;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Utf8;
import dev.rheo.codec.io.Weights;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.value.Base64Text;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one CBOR data item to a tree. Any input is decoded or refused with 400, in bounded
 * memory: a length is checked against the bytes that are left before anything is allocated for it,
 * and values are counted, because a tree takes more memory than its CBOR.
 */
final class CborReader {
  /**
   * Most keys and values in one object, counted together. As JSON, which takes two bytes for the
   * smallest value, they would fill a request of the largest size.
   */
  static final int MAX_VALUES = 1_500_000;

  private static final Nodes NODES = Nodes.INSTANCE;
  private static final int NO_TAG = -1;

  private final byte[] bytes;
  private final Meter.Tally tally = Meter.tally();
  private int at;
  private int depth;
  private int containers;
  private int values;

  CborReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Decodes the only data item, which must be a map. */
  ObjectNode read(BytesFields type) {
    JsonNode value = value(type, null);
    if (at < bytes.length) {
      throw malformed((bytes.length - at) + " bytes of extraneous data");
    }
    if (!(value instanceof ObjectNode object)) {
      throw malformed("an object is expected");
    }
    tally.settle();
    return object;
  }

  /**
   * @param type the bytes fields of the value, if it is an object
   * @param field the field of the value, if it is or holds bytes
   */
  private JsonNode value(BytesFields type, @Nullable Field field) {
    count();
    int tag = NO_TAG;
    int first = next();
    for (int tags = 0; (first & Cbor.MAJOR_MASK) == Cbor.TAG; tags++) {
      if (tags == ObjectDecoder.MAX_DEPTH) {
        throw malformed("exceeded max depth");
      }
      requireUntagged(tag);
      long number = argument(first);
      tag = number < 0 || number > Cbor.TAG_BASE16 ? NO_TAG : (int) number;
      if (tag == Cbor.TAG_BIGNUM || tag == Cbor.TAG_NEGATIVE_BIGNUM) {
        throw malformed("integers of more than 64 bits are not supported");
      }
      first = next();
    }
    switch (first & Cbor.MAJOR_MASK) {
      case Cbor.BYTES -> {
        return byteString(first, tag, field != null && field.isBytes());
      }
      case Cbor.TEXT -> {
        requireNotLater(tag);
        return tag == Cbor.TAG_TIME_NUMBER ? badTime() : text(textString(first));
      }
      case Cbor.UNSIGNED, Cbor.NEGATIVE -> {
        requireNotLater(tag);
        return integer(first, tag);
      }
      case Cbor.ARRAY -> {
        requireUntagged(tag);
        return array(first, field);
      }
      case Cbor.MAP -> {
        requireUntagged(tag);
        return map(first, type, field);
      }
      default -> {
        requireNotLater(tag);
        return simple(first, tag);
      }
    }
  }

  private static boolean isLater(int tag) {
    return tag >= Cbor.TAG_BASE64_URL && tag <= Cbor.TAG_BASE16;
  }

  private void requireNotLater(int tag) {
    if (isLater(tag)) {
      throw malformed("tag " + tag + " encloses something else than a byte string");
    }
  }

  private void requireUntagged(int tag) {
    requireNotLater(tag);
    if (tag == Cbor.TAG_TIME_TEXT || tag == Cbor.TAG_TIME_NUMBER) {
      badTime();
    }
  }

  private JsonNode badTime() {
    throw malformed("a time is neither text nor a number");
  }

  // Integers, floats, simple values

  private JsonNode integer(int first, int tag) {
    long argument = argument(first);
    if (argument < 0) {
      throw malformed("an integer of more than 64 bits");
    }
    long value = (first & Cbor.MAJOR_MASK) == Cbor.NEGATIVE ? -1 - argument : argument;
    return tag == Cbor.TAG_TIME_NUMBER ? time(value, 0) : number(value, tag);
  }

  private JsonNode number(long value, int tag) {
    if (tag == Cbor.TAG_TIME_TEXT) {
      return badTime();
    }
    tally.add(Weights.NUMBER);
    return NODES.numberNode(value);
  }

  private JsonNode simple(int first, int tag) {
    switch (first) {
      case Cbor.FALSE, Cbor.TRUE -> {
        requireUntagged(tag);
        return BooleanNode.valueOf(first == Cbor.TRUE);
      }
      case Cbor.NULL -> {
        return NullNode.instance;
      }
      case Cbor.FLOAT16 -> {
        return floating(Float.float16ToFloat((short) bigEndian(Short.BYTES)), tag);
      }
      case Cbor.FLOAT32 -> {
        return floating(Float.intBitsToFloat((int) bigEndian(Integer.BYTES)), tag);
      }
      case Cbor.FLOAT64 -> {
        return floating(Double.longBitsToDouble(bigEndian(Long.BYTES)), tag);
      }
      default ->
          throw malformed(
              first == Cbor.BREAK ? "an unexpected \"break\"" : "a simple value is not supported");
    }
  }

  private JsonNode floating(double value, int tag) {
    if (!Double.isFinite(value)) {
      throw malformed("a number is not finite");
    }
    if (tag == Cbor.TAG_TIME_NUMBER) {
      double seconds = Math.floor(value);
      return time((long) seconds, (long) ((value - seconds) * 1e9));
    }
    if (tag == Cbor.TAG_TIME_TEXT) {
      return badTime();
    }
    tally.add(Weights.NUMBER);
    NumericNode node = NODES.numberNode(value);
    return node;
  }

  private JsonNode time(long seconds, long nanos) {
    try {
      String text = Instant.ofEpochSecond(seconds, nanos).toString();
      if (text.length() > 0 && text.charAt(0) >= '0' && text.charAt(0) <= '9') {
        tally.add(Weights.latin1(text.length()));
        return text(text);
      }
    } catch (DateTimeException e) {
      // refused below
    }
    throw malformed("a time is out of range");
  }

  // Strings

  private JsonNode byteString(int first, int tag, boolean isBytes) {
    if (tag == Cbor.TAG_TIME_NUMBER) {
      return badTime();
    }
    int from;
    int to;
    byte[] content = bytes;
    if ((first & Cbor.INFO_MASK) == Cbor.INDEFINITE) {
      content = chunks(Cbor.BYTES);
      from = 0;
      to = content.length;
    } else {
      to = length(first);
      from = at;
      to += at;
      at = to;
    }
    int length = to - from;
    if (!isLater(tag)) { // text; in a field of bytes it is base64
      return text(lenient(content, from, length));
    }
    if (tag == Cbor.TAG_BASE64 || isBytes) {
      chargeEncoded(Base64Text.encodedLength(length));
      return text(Base64Text.encodeToString(content, from, to));
    }
    if (tag == Cbor.TAG_BASE16) {
      chargeEncoded(2L * length);
      return text(HexFormat.of().formatHex(content, from, to));
    }
    chargeEncoded(Base64Text.encodedLength(length));
    tally.scratch(length);
    byte[] data = Arrays.copyOfRange(content, from, to);
    return text(Base64.getUrlEncoder().withoutPadding().encodeToString(data));
  }

  /** Charges for ASCII text and for the array that it is copied from. */
  private void chargeEncoded(long length) {
    tally.scratch(length);
    tally.add(Weights.latin1(Math.toIntExact(length)));
  }

  /** A node for a text that is already charged. */
  private JsonNode text(String text) {
    tally.add(Weights.TEXT);
    return NODES.textNode(text);
  }

  /** Invalid UTF-8 becomes U+FFFD. */
  private String lenient(byte[] content, int from, int length) {
    return Utf8.string(content, from, length, tally);
  }

  private String textString(int first) {
    if ((first & Cbor.INFO_MASK) == Cbor.INDEFINITE) {
      byte[] content = chunks(Cbor.TEXT);
      return utf8(content, 0, content.length);
    }
    int length = length(first);
    String text = utf8(bytes, at, length);
    at += length;
    return text;
  }

  private String utf8(byte[] content, int from, int length) {
    requireUtf8(content, from, length);
    return lenient(content, from, length);
  }

  private void requireUtf8(byte[] content, int from, int length) {
    if (Utf8.isAscii(content, from, length)) {
      return;
    }
    int end = from + length;
    for (int i = from; i < end; ) {
      int size = content[i] >= 0 ? 1 : Utf8.sequence(content, i, end);
      if (size == 0) {
        throw malformed("invalid UTF-8 in a text string");
      }
      i += size;
    }
  }

  /** Joins the chunks of a string of indefinite length. */
  private byte[] chunks(int major) {
    int from = at;
    int total = 0;
    while (true) {
      int first = next();
      if (first == Cbor.BREAK) {
        break;
      }
      if ((first & Cbor.MAJOR_MASK) != major || (first & Cbor.INFO_MASK) == Cbor.INDEFINITE) {
        throw malformed("a string's chunk is of a wrong type");
      }
      int length = length(first);
      if (major == Cbor.TEXT) {
        requireUtf8(bytes, at, length); // each chunk must be valid by itself
      }
      total += length;
      at += length;
    }
    tally.scratch(total);
    byte[] content = new byte[total];
    int end = at;
    int filled = 0;
    at = from;
    while (filled < total) {
      int length = length(next());
      System.arraycopy(bytes, at, content, filled, length);
      filled += length;
      at += length;
    }
    at = end;
    return content;
  }

  // Containers

  private JsonNode array(int first, @Nullable Field field) {
    enter();
    tally.add(Weights.ARRAY);
    ArrayNode array = NODES.arrayNode();
    BytesFields type = BytesFields.of(field == null || !field.each() ? null : field.type());
    Field element = field != null && field.each() ? field : null;
    if ((first & Cbor.INFO_MASK) == Cbor.INDEFINITE) {
      while (!consumeBreak()) {
        tally.add(Weights.element(array.size()));
        array.add(value(type, element));
      }
    } else {
      int length = length(first);
      for (int i = 0; i < length; i++) {
        tally.add(Weights.element(array.size()));
        array.add(value(type, element));
      }
    }
    depth--;
    return array;
  }

  private JsonNode map(int first, BytesFields type, @Nullable Field field) {
    enter();
    tally.add(Weights.OBJECT);
    ObjectNode map = NODES.objectNode();
    Field each = field != null && field.each() ? field : null;
    if ((first & Cbor.INFO_MASK) == Cbor.INDEFINITE) {
      while (!consumeBreak()) {
        entry(map, type, each);
      }
    } else {
      int length = length(first);
      for (int i = 0; i < length; i++) {
        entry(map, type, each);
      }
    }
    depth--;
    return map;
  }

  private void entry(ObjectNode map, BytesFields type, @Nullable Field each) {
    String key = key();
    Field field = each;
    BytesFields within = BytesFields.of(each == null ? null : each.type());
    if (each == null) {
      field = type.isEmpty() ? null : type.named(key.getBytes(StandardCharsets.UTF_8));
      within = BytesFields.of(field == null || field.each() ? null : field.type());
    }
    tally.add(Weights.entry(map.size()));
    if (map.replace(key, value(within, field)) != null) {
      throw malformed("duplicate key in a map");
    }
  }

  private String key() {
    count();
    int first = next();
    while ((first & Cbor.MAJOR_MASK) == Cbor.TAG) {
      argument(first);
      first = next();
    }
    return switch (first & Cbor.MAJOR_MASK) {
      case Cbor.BYTES -> {
        if ((first & Cbor.INFO_MASK) == Cbor.INDEFINITE) {
          byte[] content = chunks(Cbor.BYTES);
          yield lenient(content, 0, content.length);
        }
        int length = length(first);
        String key = lenient(bytes, at, length);
        at += length;
        yield key;
      }
      case Cbor.TEXT -> textString(first);
      default -> throw malformed("a map key is not a string");
    };
  }

  private void enter() {
    if (++depth > ObjectDecoder.MAX_DEPTH) {
      throw malformed("exceeded max depth");
    }
    if (++containers > ObjectDecoder.MAX_CONTAINERS) {
      throw malformed("more than " + ObjectDecoder.MAX_CONTAINERS + " objects and arrays");
    }
  }

  private void count() {
    if (++values > MAX_VALUES) {
      throw malformed("more than " + MAX_VALUES + " values");
    }
  }

  // Bytes

  private boolean consumeBreak() {
    if (at < bytes.length && (bytes[at] & 0xff) == Cbor.BREAK) {
      at++;
      return true;
    }
    return false;
  }

  private int next() {
    if (at >= bytes.length) {
      throw malformed("unexpected end of data");
    }
    return bytes[at++] & 0xff;
  }

  /** The argument of an initial byte, as an unsigned number. */
  private long argument(int first) {
    int info = first & Cbor.INFO_MASK;
    return switch (info) {
      case Cbor.ONE_BYTE -> bigEndian(Byte.BYTES);
      case Cbor.TWO_BYTES -> bigEndian(Short.BYTES);
      case Cbor.FOUR_BYTES -> bigEndian(Integer.BYTES);
      case Cbor.EIGHT_BYTES -> bigEndian(Long.BYTES);
      default -> {
        if (info > Cbor.EIGHT_BYTES) {
          throw malformed("invalid additional information " + info);
        }
        yield info;
      }
    };
  }

  /** A length in bytes or elements, which must not exceed the bytes that are left. */
  private int length(int first) {
    long length = argument(first);
    if (length < 0 || length > bytes.length - at) {
      throw malformed("unexpected end of data");
    }
    return (int) length;
  }

  private long bigEndian(int count) {
    if (count > bytes.length - at) {
      throw malformed("unexpected end of data");
    }
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = value << Byte.SIZE | bytes[at++] & 0xff;
    }
    return value;
  }

  private MalformedException malformed(String what) {
    return new MalformedException(
        "unable to decode CBOR: " + what + " at offset " + Math.min(at, bytes.length));
  }
}
