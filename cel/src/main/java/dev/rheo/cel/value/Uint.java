package dev.rheo.cel.value;

import java.math.BigInteger;

/** An unsigned integer of 64 bits. */
public record Uint(long bits) implements Comparable<Uint> {
  @Override
  public int compareTo(Uint other) {
    return Long.compareUnsigned(bits, other.bits);
  }

  /** Whether it is also a signed integer. */
  public boolean isSigned() {
    return bits >= 0;
  }

  public double toDouble() {
    return bits >= 0 ? bits : new BigInteger(toString()).doubleValue();
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(bits);
  }
}
