package dev.rheo.store.etcd;

import dev.rheo.store.Keys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Lays the store's keys out in etcd: {@code /registry/pods/a} below the prefix {@code /other} is
 * {@code /other/pods/a}. A range of the store never reaches keys outside the prefix, since other
 * programs may use the same etcd.
 */
final class EtcdKeys {
  /** As a key: the first one. As the end of a range: no end. */
  private static final byte[] ZERO = {0};

  private final byte[] ours;
  private final byte[] theirs;

  /**
   * A range in etcd.
   *
   * @param end exclusive; one zero byte for none
   * @param empty whether it can have no keys, which etcd would not accept as a range to watch
   */
  record Bounds(byte[] start, byte[] end, boolean empty) {}

  EtcdKeys(String prefix) {
    ours = utf8(prefix.isEmpty() ? "" : EtcdSettings.OURS);
    theirs = utf8(prefix.isEmpty() ? "" : prefix + "/");
  }

  /**
   * The key in etcd.
   *
   * @throws IllegalArgumentException if the key is invalid or lies outside the layout
   */
  byte[] encode(String key) {
    byte[] bytes = Keys.encode(key);
    if (!begins(bytes, ours)) {
      throw new IllegalArgumentException("'" + key + "' does not begin with " + EtcdSettings.OURS);
    }
    return replace(bytes, ours, theirs);
  }

  /** The store's key. */
  String decode(byte[] key) {
    return new String(
        begins(key, theirs) ? replace(key, theirs, ours) : key, StandardCharsets.UTF_8);
  }

  /**
   * A key that never exists, as a range. It is read and watched to learn what etcd says besides,
   * and lies below the prefix, as users of etcd may see no other keys.
   */
  Bounds nothing() {
    return new Bounds(theirs.length == 0 ? ZERO : theirs, new byte[0], true);
  }

  /** The range of the store's keys in {@code [start, end)}. */
  Bounds bounds(String start, String end) {
    byte[] from = bound(Keys.utf8(start), false);
    byte[] to = bound(Keys.utf8(end), end.isEmpty());
    boolean open = to.length == 0;
    return new Bounds(
        from.length == 0 ? ZERO : from, open ? ZERO : to, !open && compare(from, to) >= 0);
  }

  private byte[] bound(byte[] bound, boolean last) {
    if (ours.length == 0) {
      return bound;
    }
    byte[] after = after(ours);
    if (last || compare(bound, after) >= 0) {
      return after(theirs);
    }
    return begins(bound, ours) ? replace(bound, ours, theirs) : theirs;
  }

  /** The first key behind those with this prefix, which ends with a byte below 255. */
  private static byte[] after(byte[] prefix) {
    byte[] after = prefix.clone();
    after[after.length - 1]++;
    return after;
  }

  /** The key directly behind another. */
  static byte[] behind(byte[] key) {
    byte[] next = new byte[key.length + 1];
    System.arraycopy(key, 0, next, 0, key.length);
    return next;
  }

  private static boolean begins(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static byte[] replace(byte[] key, byte[] prefix, byte[] by) {
    byte[] replaced = new byte[key.length - prefix.length + by.length];
    System.arraycopy(by, 0, replaced, 0, by.length);
    System.arraycopy(key, prefix.length, replaced, by.length, key.length - prefix.length);
    return replaced;
  }

  private static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
