package dev.rheo.storm.verify;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a stream told about the object that it is in, gathered as it goes by. */
final class Seen {
  static final long NONE = -1;

  /** Of a resourceVersion that is no number. */
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
    // No string for names of the set: there may be millions of them.
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

  /** The object's number, or -1 if it has a name that is not of the set. */
  int index() {
    return index;
  }

  boolean named() {
    return index >= 0 || otherName != null;
  }

  /**
   * Whether it is of somebody else, who has a right to it: controllers put things into namespaces.
   */
  boolean isForeign() {
    return inOwnNamespace() && otherName != null && !otherName.startsWith(ObjectSet.PREFIX);
  }

  boolean inOwnNamespace() {
    return ownNamespace.equals(namespace);
  }

  /** Namespace and name. */
  String key() {
    return (namespace == null ? "" : namespace)
        + "/"
        + (index >= 0 ? ObjectSet.name(index) : otherName);
  }

  /** Of a Status. */
  @Nullable String message() {
    return message;
  }

  /** {@link #NONE}, {@link #UNREADABLE} or the number. */
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
