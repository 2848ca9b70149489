package dev.rheo.storm.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Accumulates what a stream contains about its current object. */
final class Seen {
  static final long NONE = -1;

  /** Revision of an object whose resourceVersion is not a number. */
  static final long UNREADABLE = -2;

  private final ObjectSet set;
  private final String ownNamespace;
  private final byte[] ownNamespaceBytes;

  private int index;
  private @Nullable String otherName;
  private @Nullable String namespace;
  private @Nullable String message;
  private long revision;
  private boolean payload;
  private int hash;
  private long payloadLength;
  private boolean initialEventsEnd;

  Seen(ObjectSet set, String ownNamespace) {
    this.set = set;
    this.ownNamespace = ownNamespace;
    this.ownNamespaceBytes = ownNamespace.getBytes(StandardCharsets.UTF_8);
    clear();
  }

  void clear() {
    index = -1;
    otherName = null;
    namespace = null;
    message = null;
    revision = NONE;
    payload = false;
    hash = 0;
    payloadLength = 0;
    initialEventsEnd = false;
  }

  void name(byte[] bytes, int length) {
    index = set.index(bytes, length);
    // Names in the set are not decoded: there may be millions of them.
    otherName = index >= 0 || length == 0 ? null : text(bytes, length);
  }

  void namespace(byte[] bytes, int length) {
    boolean own = Arrays.equals(bytes, 0, length, ownNamespaceBytes, 0, ownNamespaceBytes.length);
    namespace = own ? ownNamespace : text(bytes, length);
  }

  void message(byte[] bytes, int length) {
    message = text(bytes, length);
  }

  void revision(byte[] digits, int length) {
    revision = number(digits, length);
  }

  void payload(int hash, long length) {
    this.payload = true;
    this.hash = hash;
    this.payloadLength = length;
  }

  void initialEventsEnd() {
    initialEventsEnd = true;
  }

  /** Returns the object's index in the set, or -1 if its name is not in the set. */
  int index() {
    return index;
  }

  boolean named() {
    return index >= 0 || otherName != null;
  }

  /**
   * Returns whether the object belongs to somebody else: it is in the storm's namespace but lacks
   * the prefix. Controllers create such objects.
   */
  boolean isForeign() {
    return inOwnNamespace() && otherName != null && !otherName.startsWith(ObjectSet.PREFIX);
  }

  boolean inOwnNamespace() {
    return ownNamespace.equals(namespace);
  }

  /** Returns {@code namespace/name}. */
  String key() {
    return (namespace == null ? "" : namespace)
        + "/"
        + (index >= 0 ? ObjectSet.name(index) : otherName);
  }

  /** Returns the message of a Status. */
  @Nullable String message() {
    return message;
  }

  /** Returns the resourceVersion, {@link #NONE} or {@link #UNREADABLE}. */
  long revision() {
    return revision;
  }

  boolean hasPayload() {
    return payload;
  }

  int hash() {
    return hash;
  }

  long payloadLength() {
    return payloadLength;
  }

  boolean endsInitialEvents() {
    return initialEventsEnd;
  }

  static long number(byte[] digits, int length) {
    if (length == 0) {
      return NONE;
    }
    if (length > 18) {
      return UNREADABLE;
    }
    long number = 0;
    for (int i = 0; i < length; i++) {
      int digit = digits[i] - '0';
      if (digit < 0 || digit > 9) {
        return UNREADABLE;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private static String text(byte[] bytes, int length) {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
