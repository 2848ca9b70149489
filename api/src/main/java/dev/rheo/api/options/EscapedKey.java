package dev.rheo.api.options;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The key of an object, {@code namespace/name} or {@code name}, in header fields and in lists that
 * are separated by spaces. Letters, digits and {@code -._~/:*} stand for themselves; every other
 * byte of the key's UTF-8 is an escape of RFC 3986, such as {@code %40}.
 */
public final class EscapedKey {
  /** As long as the key of a store may be, in UTF-8. */
  static final int MAX_BYTES = 1024;

  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final String PLAIN = "-._~/:*";

  private EscapedKey() {}

  public static String of(String key) {
    StringBuilder escaped = new StringBuilder(key.length());
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      if (isPlain(b)) {
        escaped.append((char) b);
      } else {
        escaped.append('%').append(HEX.toHexDigits(b));
      }
    }
    return escaped.toString();
  }

  private static boolean isPlain(int b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || PLAIN.indexOf(b) >= 0;
  }

  /** The key that is meant, or null if the text is not an escaped key. */
  static @Nullable String parse(String escaped) {
    ByteArrayOutputStream key = new ByteArrayOutputStream();
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c != '%') {
        if (!isPlain(c)) {
          return null;
        }
        key.write(c);
        continue;
      }
      if (i + 2 >= escaped.length()
          || !HexFormat.isHexDigit(escaped.charAt(i + 1))
          || !HexFormat.isHexDigit(escaped.charAt(i + 2))) {
        return null;
      }
      key.write(HexFormat.fromHexDigits(escaped, i + 1, i + 3));
      i += 2;
    }
    if (key.size() == 0 || key.size() > MAX_BYTES) {
      return null;
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key.toByteArray())).toString();
      return text.indexOf(0) < 0 ? text : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
