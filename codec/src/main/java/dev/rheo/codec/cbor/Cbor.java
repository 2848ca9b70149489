package dev.rheo.codec.cbor;

/** Constants of RFC 8949. */
final class Cbor {
  // Major types, in the high bits of an initial byte.
  static final int UNSIGNED = 0x00;
  static final int NEGATIVE = 0x20;
  static final int BYTES = 0x40;
  static final int TEXT = 0x60;
  static final int ARRAY = 0x80;
  static final int MAP = 0xA0;
  static final int TAG = 0xC0;
  static final int SIMPLE = 0xE0;

  static final int MAJOR_MASK = 0xE0;
  static final int INFO_MASK = 0x1F;

  /** Arguments below this are part of the initial byte. */
  static final int IN_PLACE = 24;

  static final int ONE_BYTE = 24;
  static final int TWO_BYTES = 25;
  static final int FOUR_BYTES = 26;
  static final int EIGHT_BYTES = 27;
  static final int INDEFINITE = 31;

  static final int FALSE = 0xF4;
  static final int TRUE = 0xF5;
  static final int NULL = 0xF6;
  static final int FLOAT16 = 0xF9;
  static final int FLOAT32 = 0xFA;
  static final int FLOAT64 = 0xFB;
  static final int BREAK = 0xFF;

  static final int TAG_TIME_TEXT = 0;
  static final int TAG_TIME_NUMBER = 1;
  static final int TAG_BIGNUM = 2;
  static final int TAG_NEGATIVE_BIGNUM = 3;

  // How to write the tagged bytes in a format that has only text: section 3.4.5.2.
  static final int TAG_BASE64_URL = 21;
  static final int TAG_BASE64 = 22;
  static final int TAG_BASE16 = 23;

  /** Tag 55799, "self-described": upstream begins objects with it and recognises CBOR by it. */
  static final byte[] SELF_DESCRIBED = {(byte) 0xD9, (byte) 0xD9, (byte) 0xF7};

  private Cbor() {}
}
