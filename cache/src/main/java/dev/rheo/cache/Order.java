package dev.rheo.cache;

import java.util.Arrays;

/**
 * The order of a tree's entries: by key, or, in an index, by the value of a selectable field and
 * then by key. Values are compared as strings, keys as unsigned bytes.
 */
final class Order {
  static final Order BY_KEY = new Order("", -1);

  /** The field of an index; empty in a tree that is ordered by key alone. */
  final String field;

  /** Index of the field among the values of an entry; negative if the order is by key alone. */
  private final int place;

  private Order(String field, int place) {
    this.field = field;
    this.place = place;
  }

  /**
   * The order of an index.
   *
   * @param place index of the field among the values of each entry
   */
  static Order byField(String field, int place) {
    return new Order(field, place);
  }

  /** A position in a tree; its value is empty if the order is by key alone. */
  record Key(String value, byte[] key) {
    static final Key LOWEST = new Key("", new byte[0]);

    /** A position in a tree that is ordered by key alone. */
    static Key of(byte[] key) {
      return new Key("", key);
    }

    static int compare(Key a, Key b) {
      int order = a.value.compareTo(b.value);
      return order != 0 ? order : Arrays.compareUnsigned(a.key, b.key);
    }
  }

  /** The position of an entry. */
  Key of(Entry entry) {
    return new Key(value(entry), entry.key);
  }

  int compare(Entry entry, Key key) {
    int order = place < 0 ? 0 : value(entry).compareTo(key.value);
    return order != 0 ? order : Arrays.compareUnsigned(entry.key, key.key);
  }

  private String value(Entry entry) {
    return place < 0 ? "" : entry.values().array()[place];
  }
}
