package dev.rheo.codec.io;

/**
 * What the parts of a Jackson tree weigh on the heap of a 64-bit JVM with compressed references, in
 * bytes. Object headers count as 12 bytes; with compact headers (8) a tree weighs up to a fifth
 * less. A container weighs most just after it has grown, while the array before it is still there.
 * Its elements share that peak, so weights err on the high side.
 */
public final class Weights {
  /** An ObjectNode of {@link Nodes}, its map, and the view through which walks iterate over it. */
  public static final int OBJECT = 24 + 64 + 16;

  /** The table of a map, which its first entry allocates. */
  private static final int TABLE = 32;

  /** An ObjectNode made by a deep copy, whose map begins with a table of 16 slots, not four. */
  public static final int COPIED_OBJECT = OBJECT + 80 - TABLE;

  /** An entry of a map: the node, and its share of the table. */
  private static final int ENTRY = 40 + 16;

  /** An ArrayNode and its list. */
  public static final int ARRAY = 24 + 24;

  /** The first element of a list, which allocates an array for ten. */
  private static final int FIRST_ELEMENT = 56;

  private static final int ROOM = 10;

  /** An element beyond the first {@value #ROOM}. */
  private static final int ELEMENT = 10;

  /** A TextNode without its string. */
  public static final int TEXT = 16;

  /** An IntNode, a LongNode, a DoubleNode. */
  public static final int NUMBER = 24;

  /** A BigIntegerNode or DecimalNode, and its value. */
  private static final int BIG_NUMBER = 16 + 40;

  /** An array for digits beyond 64 bits; in a BigDecimal also the BigInteger around it. */
  private static final int BIG_DIGITS = 40 + 16;

  private static final int LONG_DIGITS = 18;

  private static final int STRING = 24 + 16;

  private Weights() {}

  /** The weight of the next entry of a map of {@code size}, without key and value. */
  public static int entry(int size) {
    return size == 0 ? ENTRY + TABLE : ENTRY;
  }

  /** The weight of the next element of a list of {@code size}, without its value. */
  public static int element(int size) {
    return size == 0 ? FIRST_ELEMENT : size < ROOM ? 0 : ELEMENT;
  }

  /** A string of {@code length} Latin-1 characters. */
  public static long latin1(int length) {
    return STRING + (((long) length + 7) & -8);
  }

  /** A string of any characters. */
  public static long string(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (text.charAt(i) > 0xFF) {
        return STRING + ((2L * length + 7) & -8);
      }
    }
    return latin1(length);
  }

  /** A BigIntegerNode or DecimalNode. */
  public static long bigNumber(int digits) {
    return BIG_NUMBER + (digits <= LONG_DIGITS ? 0 : BIG_DIGITS + (digits >> 1));
  }
}
