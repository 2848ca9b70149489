package dev.rheo.api.net;

import org.jspecify.annotations.Nullable;

/** Parses one address, in one pass over its text. */
final class IpParser {
  private static final int BYTES = 16;
  private static final int FOUR = 4;
  private static final int MAX_OCTET = 0xff;
  private static final int MAX_GROUP = 0xffff;
  private static final int GROUP_DIGITS = 4;

  private final String text;
  private final byte[] bytes = new byte[BYTES];
  private int at;
  private int filled;

  /** Where the double colon stands, in bytes; -1 if there is none. */
  private int gap = -1;

  private boolean leadingZeros;

  IpParser(String text) {
    this.text = text;
  }

  @Nullable Ip parse() {
    int dot = text.indexOf('.');
    int colon = text.indexOf(':');
    if (dot >= 0 && (colon < 0 || dot < colon)) {
      bytes[10] = (byte) MAX_OCTET;
      bytes[11] = (byte) MAX_OCTET;
      filled = BYTES - FOUR;
      return dotted() ? address(false) : null;
    }
    return colon >= 0 && groups() && expand() ? address(true) : null;
  }

  private Ip address(boolean colons) {
    return new Ip(number(0), number(8), colons, leadingZeros);
  }

  private long number(int from) {
    long number = 0;
    for (int i = from; i < from + 8; i++) {
      number = number << 8 | bytes[i] & 0xff;
    }
    return number;
  }

  /** Four decimal numbers, up to the end of the text. */
  private boolean dotted() {
    for (int i = 0; i < FOUR; i++) {
      if (i > 0 && !skip('.')) {
        return false;
      }
      int start = at;
      int octet = number(10, MAX_OCTET);
      if (octet < 0) {
        return false;
      }
      leadingZeros |= at - start > 1 && text.charAt(start) == '0';
      bytes[filled++] = (byte) octet;
    }
    return at == text.length();
  }

  /** Hexadecimal numbers with colons, of which the last two may be an IPv4 address. */
  private boolean groups() {
    if (text.startsWith("::")) {
      gap = 0;
      at = 2;
    }
    while (at < text.length() && filled < BYTES) {
      int start = at;
      int group = number(16, MAX_GROUP);
      if (at < text.length() && text.charAt(at) == '.') {
        at = start;
        return start < text.length()
            && (gap >= 0 || filled == BYTES - FOUR)
            && filled + FOUR <= BYTES
            && dotted();
      }
      if (group < 0) {
        return false;
      }
      leadingZeros |= at - start > GROUP_DIGITS;
      bytes[filled++] = (byte) (group >> 8);
      bytes[filled++] = (byte) group;
      if (at == text.length()) {
        break;
      }
      if (!skip(':') || at == text.length()) {
        return false;
      }
      if (text.charAt(at) == ':') {
        if (gap >= 0) {
          return false;
        }
        gap = filled;
        at++;
      }
    }
    return at == text.length();
  }

  /** Puts the zeros in that a double colon stands for. */
  private boolean expand() {
    if (gap < 0 || filled == BYTES) {
      // a double colon stands for one group at least
      return gap < 0 && filled == BYTES;
    }
    int moved = filled - gap;
    System.arraycopy(bytes, gap, bytes, BYTES - moved, moved);
    for (int i = gap; i < BYTES - moved; i++) {
      bytes[i] = 0;
    }
    return true;
  }

  private boolean skip(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  /** The number at this place, of any number of digits; -1 if there is none or it is too large. */
  private int number(int radix, int maximum) {
    int number = 0;
    int start = at;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      int digit = c < 0x80 ? Character.digit(c, radix) : -1;
      if (digit < 0) {
        break;
      }
      number = number * radix + digit;
      if (number > maximum) {
        return -1;
      }
    }
    return at == start ? -1 : number;
  }
}
