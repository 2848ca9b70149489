package dev.rheo.codec.io;

import java.util.Arrays;

/**
 * A growing byte array. Growth and copies of {@value Meter.Tally#STEP} bytes or more are charged to
 * the current {@link Meter} first. Not thread-safe.
 */
public final class ByteOutput {
  private static final int MIN_CAPACITY = 64;

  /** The size up to which capacity doubles; half of a large array would be too much to waste. */
  private static final int SMALL = 64 << 10;

  private byte[] bytes;
  private int size;

  /**
   * @param capacity the expected size
   */
  public ByteOutput(int capacity) {
    charge(capacity);
    bytes = new byte[Math.max(capacity, MIN_CAPACITY)];
  }

  public int size() {
    return size;
  }

  /** Discards the bytes from {@code size} on. */
  public void truncate(int size) {
    if (size > this.size || size < 0) {
      throw new IndexOutOfBoundsException(size);
    }
    this.size = size;
  }

  /** The backing array: valid up to {@link #size()} and until the next write. */
  public byte[] array() {
    return bytes;
  }

  public byte[] toByteArray() {
    if (size == bytes.length) {
      return bytes;
    }
    charge(size);
    return Arrays.copyOf(bytes, size);
  }

  /** Makes room for {@code count} more bytes. */
  public void reserve(int count) {
    if (bytes.length - size < count) {
      grow(count);
    }
  }

  private void grow(int count) {
    long needed = (long) size + count;
    if (needed > Integer.MAX_VALUE - 8) {
      throw new JsonException("the encoded object is larger than 2 GiB");
    }
    long grown = size < SMALL ? size * 2L : size + (size >> 2);
    int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, grown));
    charge(capacity - bytes.length);
    bytes = Arrays.copyOf(bytes, capacity);
  }

  private static void charge(int count) {
    if (count >= Meter.Tally.STEP) {
      Meter.charge(count);
    }
  }

  /** Claims {@code count} bytes to be filled through {@link #array()}, and returns their offset. */
  public int claim(int count) {
    reserve(count);
    int at = size;
    size += count;
    return at;
  }

  public void write(int b) {
    if (size == bytes.length) {
      grow(1);
    }
    bytes[size++] = (byte) b;
  }

  public void write(byte[] source) {
    write(source, 0, source.length);
  }

  public void write(byte[] source, int from, int length) {
    reserve(length);
    System.arraycopy(source, from, bytes, size, length);
    size += length;
  }

  /** Writes text that is known to be ASCII. */
  @SuppressWarnings("deprecation") // the only copy to an array without a charset, for ASCII
  public void ascii(String text) {
    int length = text.length();
    reserve(length);
    text.getBytes(0, length, bytes, size);
    size += length;
  }

  /** Writes a number in decimal. */
  public void decimal(long value) {
    if (value >= 0 && value < 10) {
      write('0' + (int) value);
    } else {
      ascii(Long.toString(value));
    }
  }
}
