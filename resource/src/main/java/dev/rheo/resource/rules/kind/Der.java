package dev.rheo.resource.rules.kind;

import java.security.InvalidKeyException;
import java.util.Arrays;

/** Reads values in DER (X.690) one after the other. */
public final class Der {
  public static final int BOOLEAN = 0x01;
  public static final int INTEGER = 0x02;
  public static final int BIT_STRING = 0x03;
  public static final int OCTET_STRING = 0x04;
  public static final int OID = 0x06;
  public static final int SEQUENCE = 0x30;
  public static final int SET = 0x31;
  private static final int MORE = 0x80;
  private static final int LENGTH_BYTES_MAX = 4;

  private final byte[] bytes;
  private final int end;
  private int at;

  public Der(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private Der(byte[] bytes, int at, int end) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  public boolean isEmpty() {
    return at == end;
  }

  /** The tag of the next value; 0 at the end. */
  public int tag() {
    return isEmpty() ? 0 : bytes[at] & 0xff;
  }

  /**
   * The content of the next value.
   *
   * @throws InvalidKeyException if there is no value with this tag
   */
  public Der read(int tag) throws InvalidKeyException {
    if (isEmpty()) {
      throw new InvalidKeyException("asn1: syntax error: sequence truncated");
    }
    if (tag() != tag) {
      throw new InvalidKeyException("asn1: structure error: tags don't match");
    }
    at++;
    int length = length();
    if (length > end - at) {
      throw new InvalidKeyException("asn1: syntax error: data truncated");
    }
    Der content = new Der(bytes, at, at + length);
    at += length;
    return content;
  }

  /** The next value, whatever it is, with its tag and its length. */
  public byte[] whole() throws InvalidKeyException {
    int from = at;
    read(tag());
    return Arrays.copyOfRange(bytes, from, at);
  }

  /** The bytes that are left. */
  public byte[] rest() {
    return Arrays.copyOfRange(bytes, at, end);
  }

  private int length() throws InvalidKeyException {
    if (isEmpty()) {
      throw new InvalidKeyException("asn1: syntax error: truncated tag or length");
    }
    int first = bytes[at++] & 0xff;
    if (first < MORE) {
      return first;
    }
    int count = first - MORE;
    if (count == 0 || count > LENGTH_BYTES_MAX || count > end - at) {
      throw new InvalidKeyException("asn1: syntax error: invalid length");
    }
    long length = 0;
    for (int i = 0; i < count; i++) {
      length = length << 8 | bytes[at++] & 0xff;
    }
    if (length < MORE || length >>> 8 * (count - 1) == 0) {
      throw new InvalidKeyException("asn1: structure error: non-minimal length");
    }
    if (length > Integer.MAX_VALUE) {
      throw new InvalidKeyException("asn1: structure error: length too large");
    }
    return (int) length;
  }

  /** An object identifier in dotted form. */
  public String oid() throws InvalidKeyException {
    Der content = read(OID);
    StringBuilder out = new StringBuilder();
    long part = 0;
    for (byte b : content.rest()) {
      part = part << 7 | b & 0x7f;
      if (b < 0) {
        continue;
      }
      if (out.isEmpty()) {
        long first = Math.min(part / 40, 2);
        out.append(first).append('.').append(part - 40 * first);
      } else {
        out.append('.').append(part);
      }
      part = 0;
    }
    return out.toString();
  }

  /** The bytes of a string of bits, without the count of unused ones. */
  public byte[] bits() throws InvalidKeyException {
    byte[] content = read(BIT_STRING).rest();
    if (content.length == 0 || content[0] != 0) {
      throw new InvalidKeyException("asn1: syntax error: invalid padding bits in BIT STRING");
    }
    return Arrays.copyOfRange(content, 1, content.length);
  }
}
