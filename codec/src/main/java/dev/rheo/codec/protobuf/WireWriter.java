package dev.rheo.codec.protobuf;

import dev.rheo.codec.io.ByteOutput;
import java.nio.charset.StandardCharsets;

/**
 * Writes protobuf. A message's length precedes it but is not known when it begins: one byte is
 * reserved for the length, and the message is moved if the length needs more.
 */
public final class WireWriter {
  private static final int ONE_BYTE_LENGTH = 0x80;

  private final ByteOutput out;

  public WireWriter(ByteOutput out) {
    this.out = out;
  }

  ByteOutput out() {
    return out;
  }

  /** Size of a varint, in bytes. */
  static int varintSize(long value) {
    return (Long.SIZE + 6 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  void tag(int number, int wireType) {
    varint(Wire.tag(number, wireType));
  }

  public void varint(int number, long value) {
    tag(number, Wire.VARINT);
    varint(value);
  }

  public void fixed64(int number, double value) {
    tag(number, Wire.FIXED64);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < Long.BYTES; i++) {
      out.write((int) (bits >>> (8 * i)));
    }
  }

  void bytes(int number, byte[] bytes, int from, int to) {
    tag(number, Wire.BYTES);
    varint(to - from);
    out.write(bytes, from, to - from);
  }

  public void string(int number, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    bytes(number, utf8, 0, utf8.length);
  }

  /** Begins a message; {@link #close} must be given what this returns. */
  public int open(int number) {
    tag(number, Wire.BYTES);
    out.write(0);
    return out.size();
  }

  /** Ends the message that began at {@code start}. */
  public void close(int start) {
    int length = out.size() - start;
    if (length < ONE_BYTE_LENGTH) {
      out.array()[start - 1] = (byte) length;
      return;
    }
    int extra = varintSize(length) - 1;
    out.claim(extra);
    System.arraycopy(out.array(), start, out.array(), start + extra, length);
    int end = out.size();
    out.truncate(start - 1);
    varint(length);
    out.claim(end - out.size());
  }
}
