package dev.rheo.codec;

import java.util.Arrays;
import java.util.Random;

/** Damages bytes in the ways that matter to parsers. Deterministic for a seed. */
public final class Mutator {
  private static final String[] PIECES = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\ud83d",
    "\\n",
    "null",
    "true",
    "-",
    "0",
    "1e999",
    "1e-999999999",
    "99999999999999999999",
    "-0",
    "1.0",
    "\"\"",
    "{}",
    "[]",
    "\u0000",
    "\u007f",
    "é",
    "\u2028",
    "<",
    "\"metadata\":",
    "\"resourceVersion\":\"7\"",
    "\"deletionTimestamp\":",
    "\"labels\":{\"a\":\"b\"}",
    "  "
  };

  private final Random random;

  public Mutator(long seed) {
    random = new Random(seed);
  }

  /** A damaged copy. */
  public byte[] mutate(byte[] original, byte[] other) {
    byte[] bytes = original.clone();
    for (int n = 1 + random.nextInt(4); n > 0 && bytes.length > 0; n--) {
      bytes = once(bytes, other);
    }
    return bytes;
  }

  private byte[] once(byte[] bytes, byte[] other) {
    int at = random.nextInt(bytes.length);
    int to = Math.min(bytes.length, at + 1 + random.nextInt(24));
    switch (random.nextInt(7)) {
      case 0 -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        return bytes;
      }
      case 1 -> {
        bytes[at] = (byte) random.nextInt(256);
        return bytes;
      }
      case 2 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 3 -> { // cut
        return splice(bytes, at, new byte[0], to);
      }
      case 4 -> { // repeat
        return splice(bytes, at, Arrays.copyOfRange(bytes, at, to), at);
      }
      case 5 -> { // a piece of another input
        int from = random.nextInt(other.length);
        int end = Math.min(other.length, from + 1 + random.nextInt(40));
        return splice(bytes, at, Arrays.copyOfRange(other, from, end), at);
      }
      default -> {
        byte[] piece =
            PIECES[random.nextInt(PIECES.length)].getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return splice(bytes, at, piece, random.nextBoolean() ? at : to);
      }
    }
  }

  private static byte[] splice(byte[] bytes, int from, byte[] piece, int to) {
    byte[] result = new byte[from + piece.length + bytes.length - to];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(piece, 0, result, from, piece.length);
    System.arraycopy(bytes, to, result, from + piece.length, bytes.length - to);
    return result;
  }
}
