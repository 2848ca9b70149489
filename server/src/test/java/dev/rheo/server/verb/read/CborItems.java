package dev.rheo.server.verb.read;

/** Finds where a CBOR data item ends, for tests: RFC 8949, definite and indefinite lengths. */
final class CborItems {
  private static final int BREAK = 0xff;

  private final byte[] bytes;
  private int at;

  private CborItems(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Length of the item that begins at an offset; -1 if the item is incomplete. */
  static int length(byte[] bytes, int at) {
    CborItems items = new CborItems(bytes, at);
    try {
      items.skip();
      return items.at - at;
    } catch (ArrayIndexOutOfBoundsException e) {
      return -1;
    }
  }

  private void skip() {
    int head = bytes[at++] & 0xff;
    int major = head >> 5;
    int info = head & 31;
    if (info == 31) {
      while ((bytes[at] & 0xff) != BREAK) {
        skip();
      }
      at++;
      return;
    }
    long value = info;
    if (info >= 24) {
      value = 0;
      for (int n = 1 << (info - 24); n > 0; n--) {
        value = value << 8 | bytes[at++] & 0xff;
      }
    }
    switch (major) {
      case 2, 3 -> {
        at += (int) value;
        if (at > bytes.length) {
          throw new ArrayIndexOutOfBoundsException(at);
        }
      }
      case 4 -> skip(value);
      case 5 -> skip(2 * value);
      case 6 -> skip();
      default -> {}
    }
  }

  private void skip(long items) {
    for (long i = 0; i < items; i++) {
      skip();
    }
  }
}
