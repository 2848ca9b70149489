package dev.rheo.codec.protobuf;

import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.io.Utf8;

/**
 * A cursor over one message in a byte array. For any input, methods return or refuse with 400. They
 * check a length against the bytes that are left before they allocate anything for it.
 */
final class WireReader {
  private static final int MAX_VARINT_BITS = 64;

  private final byte[] bytes;
  private int at;
  private int end;

  WireReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return at;
  }

  int end() {
    return end;
  }

  boolean hasMore() {
    return at < end;
  }

  static MalformedException malformed(String why) {
    return new MalformedException("proto: " + why);
  }

  /** The next field's number and wire type. */
  int tag() {
    long tag = varint();
    if (tag >>> Wire.TYPE_BITS == 0 || tag >>> 32 != 0) {
      throw malformed("illegal tag " + (tag >>> Wire.TYPE_BITS));
    }
    return (int) tag;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
      if (at >= end) {
        throw malformed("unexpected EOF");
      }
      byte b = bytes[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("integer overflow");
  }

  /** Reads a length, which must not exceed the bytes that are left. */
  int length() {
    long length = varint();
    if (length < 0) {
      throw malformed("negative length found during unmarshaling");
    }
    if (length > end - at) {
      throw malformed("unexpected EOF");
    }
    return (int) length;
  }

  /** Enters the message that follows; {@link #leave} must be given what this returns. */
  int enter() {
    int length = length();
    int outer = end;
    end = at + length;
    return outer;
  }

  /** Leaves the message and moves to its end. */
  void leave(int outer) {
    at = end;
    end = outer;
  }

  /** Reads a string of the envelope. */
  String string() {
    return string(Meter.tally());
  }

  /** Reads a string and charges it. Invalid UTF-8 becomes U+FFFD. */
  String string(Meter.Tally tally) {
    int length = length();
    String text = Utf8.string(bytes, at, length, tally);
    at += length;
    return text;
  }

  double fixed64() {
    long bits = 0;
    need(Long.BYTES);
    for (int i = 0; i < Long.BYTES; i++) {
      bits |= (bytes[at++] & 0xFFL) << (8 * i);
    }
    return Double.longBitsToDouble(bits);
  }

  private void need(int count) {
    if (count > end - at) {
      throw malformed("unexpected EOF");
    }
  }

  /** Skips a field's value. */
  void skip(int tag) {
    switch (tag & Wire.TYPE_MASK) {
      case Wire.VARINT -> varint();
      case Wire.FIXED64 -> {
        need(Long.BYTES);
        at += Long.BYTES;
      }
      case Wire.BYTES -> {
        int length = length();
        at += length;
      }
      case Wire.FIXED32 -> {
        need(Integer.BYTES);
        at += Integer.BYTES;
      }
      default -> throw malformed("illegal wireType " + (tag & Wire.TYPE_MASK));
    }
  }

  /** Refuses a known field with another wire type. */
  void require(int tag, int wireType, String field) {
    if ((tag & Wire.TYPE_MASK) != wireType) {
      throw malformed("wrong wireType = %d for field %s".formatted(tag & Wire.TYPE_MASK, field));
    }
  }
}
