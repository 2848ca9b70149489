package dev.rheo.resource.rules.kind;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a PEM text (RFC 7468), found as Go's encoding/pem finds them: what stands between
 * blocks, and what only looks like one, is passed over.
 */
public final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "\n-----END ";
  private static final String DASHES = "-----";

  /**
   * @param type the words after BEGIN
   * @param hasHeaders whether there are lines such as {@code Proc-Type: 4,ENCRYPTED}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Block(String type, boolean hasHeaders, byte[] bytes) {}

  private final String text;
  private int at;

  public Pem(byte[] text) {
    this.text = new String(text, StandardCharsets.ISO_8859_1);
  }

  /** Whether nothing is left, not even what is no block. */
  public boolean isEmpty() {
    return at == text.length();
  }

  /** The next block, or null. */
  public @Nullable Block next() {
    int from = at;
    while (true) {
      int end = text.indexOf(END, from);
      if (end < 0) {
        return null;
      }
      int trailer = end + END.length();
      int begin = lastBegin(from, end);
      if (begin >= 0 && (begin == from || text.charAt(begin - 1) == '\n')) {
        Block block = block(begin + BEGIN.length(), end, trailer);
        if (block != null) {
          return block;
        }
      }
      from = trailer;
    }
  }

  /** The last BEGIN of a range, or -1; {@code lastIndexOf} would search before the range, too. */
  private int lastBegin(int from, int to) {
    for (int i = to - BEGIN.length(); i >= from; i--) {
      if (text.startsWith(BEGIN, i)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * @param start of the type
   * @param end the place of the line break before the last line
   * @param trailer the place after END and a blank
   */
  private @Nullable Block block(int start, int end, int trailer) {
    String typeLine = line(start);
    if (!typeLine.endsWith(DASHES)) {
      return null;
    }
    String type = typeLine.substring(0, typeLine.length() - DASHES.length());
    int body = after(start);
    boolean headers = false;
    while (body <= end && line(body).indexOf(':') >= 0) {
      headers = true;
      body = after(body);
    }
    if (headers && body > end) {
      return null;
    }
    if (!text.startsWith(type + DASHES, trailer)
        || !line(trailer + type.length() + DASHES.length()).isEmpty()) {
      return null;
    }
    byte[] bytes = {};
    if (body < end) {
      String base64 = text.substring(body, end).replaceAll("[ \t\r\n]", "");
      if (base64.length() % 4 != 0) {
        return null; // the JDK does not need the padding
      }
      try {
        bytes = Base64.getDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    at = after(trailer);
    return new Block(type, headers, bytes);
  }

  /** The rest of a line, without blanks at its end. */
  private String line(int from) {
    int end = text.indexOf('\n', from);
    int to = end < 0 ? text.length() : end;
    if (end > from && text.charAt(end - 1) == '\r') {
      to--;
    }
    while (to > from && (text.charAt(to - 1) == ' ' || text.charAt(to - 1) == '\t')) {
      to--;
    }
    return text.substring(from, to);
  }

  /** The place after the end of a line. */
  private int after(int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end + 1;
  }
}
