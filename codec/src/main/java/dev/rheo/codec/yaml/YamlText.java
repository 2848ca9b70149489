package dev.rheo.codec.yaml;

import dev.rheo.codec.io.Utf8;
import java.nio.charset.StandardCharsets;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Lets SnakeYAML's scanner read directly from the body's bytes. SnakeYAML's own reader keeps a
 * window of code points and copies the rest of a scalar for every kilobyte of look-ahead, so the
 * time for a long scalar grows with the square of its length.
 *
 * <p>The scanner looks ahead character by character, so the last look-ahead position is kept.
 */
final class YamlText extends StreamReader {
  private static final int[] NO_SNIPPET = {};

  private final byte[] bytes;
  private final boolean latin1;

  private int at;
  private int index;
  private int line;
  private int column;
  private int documentIndex;

  /** Characters from the cursor to the last look-ahead, whose offset is {@link #aheadAt}. */
  private int ahead;

  private int aheadAt;

  /**
   * @throws YAMLException if the bytes are not UTF-8, or contain characters that YAML calls
   *     non-printable
   */
  YamlText(byte[] bytes) {
    super("");
    this.bytes = bytes;
    this.latin1 = check();
  }

  private boolean check() {
    int highest = 0;
    for (int i = 0; i < bytes.length; ) {
      int length = bytes[i] >= 0 ? 1 : Utf8.sequence(bytes, i, bytes.length);
      if (length == 0) {
        throw new YAMLException(where(i) + "invalid UTF-8");
      }
      int c = decode(i);
      if (!isPrintable(c)) {
        throw new YAMLException(where(i) + "control characters are not allowed");
      }
      highest = Math.max(highest, c);
      i += length;
    }
    return highest <= 0xFF;
  }

  private String where(int end) {
    int ofLine = 1;
    int ofColumn = 1;
    for (int i = 0; i < end; i++) {
      if (bytes[i] == '\n') {
        ofLine++;
        ofColumn = 1;
      } else if ((bytes[i] & 0xC0) != 0x80) {
        ofColumn++;
      }
    }
    return YamlProblem.at(ofLine, ofColumn);
  }

  /** Whether all characters are Latin-1, so that strings take one byte per character. */
  boolean isLatin1() {
    return latin1;
  }

  private int decode(int at) {
    int first = bytes[at];
    if (first >= 0) {
      return first;
    }
    return switch (length(at)) {
      case 2 -> (first & 0x1F) << 6 | tail(at + 1);
      case 3 -> (first & 0x0F) << 12 | tail(at + 1) << 6 | tail(at + 2);
      default -> (first & 0x07) << 18 | tail(at + 1) << 12 | tail(at + 2) << 6 | tail(at + 3);
    };
  }

  private int tail(int at) {
    return bytes[at] & 0x3F;
  }

  private int length(int at) {
    int first = bytes[at] & 0xff;
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }

  /** Offset of the character {@code count} after the cursor; the end if there is none. */
  private int locate(int count) {
    if (count < ahead) {
      ahead = 0;
      aheadAt = at;
    }
    while (ahead < count && aheadAt < bytes.length) {
      aheadAt += length(aheadAt);
      ahead++;
    }
    return aheadAt;
  }

  private void moveTo(int place) {
    at = place;
    ahead = 0;
    aheadAt = place;
  }

  @Override
  public Mark getMark() {
    return new Mark("body", index, line, column, NO_SNIPPET, 0);
  }

  @Override
  public void forward() {
    forward(1);
  }

  @Override
  public void forward(int length) {
    for (int i = 0; i < length && at < bytes.length; i++) {
      int c = decode(at);
      moveTo(at + length(at));
      index++;
      documentIndex++;
      if (isBreak(c) || (c == '\r' && at < bytes.length && bytes[at] != '\n')) {
        line++;
        column = 0;
      } else if (c != 0xFEFF) {
        column++;
      }
    }
  }

  private static boolean isBreak(int c) {
    return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029;
  }

  @Override
  public int peek() {
    return at < bytes.length ? decode(at) : 0;
  }

  @Override
  public int peek(int index) {
    int place = locate(index);
    return place < bytes.length ? decode(place) : 0;
  }

  @Override
  public String prefix(int length) {
    return new String(bytes, at, locate(length) - at, StandardCharsets.UTF_8);
  }

  @Override
  public String prefixForward(int length) {
    String prefix = prefix(length);
    moveTo(locate(length));
    index += length;
    documentIndex += length;
    column += length; // the prefix contains no line break
    return prefix;
  }

  @Override
  public int getColumn() {
    return column;
  }

  @Override
  public int getDocumentIndex() {
    return documentIndex;
  }

  @Override
  public void resetDocumentIndex() {
    documentIndex = 0;
  }

  @Override
  public int getIndex() {
    return index;
  }

  @Override
  public int getLine() {
    return line;
  }
}
