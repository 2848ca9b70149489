package dev.rheo.cel.value;

import java.util.Arrays;

/** A sequence of bytes. Immutable: nobody changes the array. */
public final class Bytes implements Comparable<Bytes> {
  private final byte[] bytes;

  public Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The bytes themselves, which the caller does not change. */
  public byte[] array() {
    return bytes;
  }

  public int size() {
    return bytes.length;
  }

  public Bytes plus(Bytes other) {
    byte[] both = Arrays.copyOf(bytes, bytes.length + other.bytes.length);
    System.arraycopy(other.bytes, 0, both, bytes.length, other.bytes.length);
    return new Bytes(both);
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
