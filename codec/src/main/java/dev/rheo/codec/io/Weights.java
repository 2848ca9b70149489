package dev.rheo.codec.io;

/**
 * What the parts of a Jackson tree weigh on the heap of a 64-bit JVM with compressed references, in
 * bytes. Headers are taken for 12 bytes; with compact ones (8) a tree weighs up to a fifth less.
 * Where containers grow, what they weigh just after they have grown is spread over what they hold,
 * the array before it included: a weight is rather too high than too low.
 */
public final class Weights {
  /** An ObjectNode of {@link Nodes}, its map, and the view that walks make of it. */
  public static final int OBJECT = 24 + 64 + 16;

  /** The first entry of a map brings its table. */
  private static final int TABLE = 32;

  /** What one made by Jackson's own factory, as by a deep copy, weighs beyond that. */
  public static final int COPIED_OBJECT = OBJECT + 80 - TABLE;

  /** An entry of a map: the node, and its share of the table. */
  private static final int ENTRY = 40 + 16;

  /** An ArrayNode and its list. */
  public static final int ARRAY = 24 + 24;

  /** The first element of a list brings room for ten. */
  private static final int FIRST_ELEMENT = 56;

  private static final int ROOM = 10;

  /** Every element after those. */
  private static final int ELEMENT = 10;

  /** A TextNode without its string. */
  public static final int TEXT = 16;

  /** An IntNode, a LongNode, a DoubleNode. */
  public static final int NUMBER = 24;

  /** A BigIntegerNode or DecimalNode, and its value. */
  private static final int BIG_NUMBER = 16 + 40;

  /** What does not fit into 64 bits has an array, in a BigDecimal within another number. */
  private static final int BIG_DIGITS = 40 + 16;

  private static final int LONG_DIGITS = 18;

  private static final int STRING = 24 + 16;

  private Weights() {}

  /** What the next entry of a map weighs, without key and value, where it holds so many. */
  public static int entry(int size) {
    return size == 0 ? ENTRY + TABLE : ENTRY;
  }

  /** What the next element of a list weighs, without its value, where it holds so many. */
  public static int element(int size) {
    return size == 0 ? FIRST_ELEMENT : size < ROOM ? 0 : ELEMENT;
  }

  /** A string of Latin-1. */
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

  /** A number that is kept as it was written. */
  public static long bigNumber(int digits) {
    return BIG_NUMBER + (digits <= LONG_DIGITS ? 0 : BIG_DIGITS + (digits >> 1));
  }
}
