package dev.rheo.edge;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request target in origin form (RFC 9112 §3.2.1), parsed and decoded once. */
record RequestTarget(String rawPath, String path, Map<String, List<String>> query) {

  /**
   * @throws IllegalArgumentException if the target does not begin with a slash, has an invalid
   *     escape, or decodes to NUL or to invalid UTF-8
   */
  static RequestTarget parse(String target) {
    int fragment = target.indexOf('#');
    String text = fragment < 0 ? target : target.substring(0, fragment);
    int question = text.indexOf('?');
    String rawPath = question < 0 ? text : text.substring(0, question);
    if (!rawPath.startsWith("/")) {
      throw new IllegalArgumentException("the request target must begin with a slash");
    }
    Map<String, List<String>> query =
        question < 0 ? Map.of() : parseQuery(text.substring(question + 1));
    return new RequestTarget(rawPath, decode(rawPath, false), query);
  }

  private static Map<String, List<String>> parseQuery(String raw) {
    Map<String, List<String>> query = new LinkedHashMap<>();
    for (int from = 0; from <= raw.length(); ) {
      int to = raw.indexOf('&', from);
      to = to < 0 ? raw.length() : to;
      if (to > from) {
        int equals = raw.indexOf('=', from);
        boolean hasValue = equals >= 0 && equals < to;
        String name = decode(raw.substring(from, hasValue ? equals : to), true);
        String value = hasValue ? decode(raw.substring(equals + 1, to), true) : "";
        query.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
      }
      from = to + 1;
    }
    query.replaceAll((name, values) -> List.copyOf(values));
    return Collections.unmodifiableMap(query);
  }

  private static String decode(String raw, boolean plusIsSpace) {
    boolean plain = true;
    for (int i = 0; i < raw.length() && plain; i++) {
      char c = raw.charAt(i);
      plain = c != '%' && c < 0x80 && c != 0 && !(plusIsSpace && c == '+');
    }
    if (plain) {
      return raw;
    }
    // The bytes on the wire, which the HTTP parsers decode as Latin-1.
    byte[] in = raw.getBytes(StandardCharsets.ISO_8859_1);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      int value = in[i];
      if (value == '%') {
        int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
        int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw new IllegalArgumentException("invalid URL escape in the request target");
        }
        value = (high << 4) | low;
        i += 2;
      } else if (plusIsSpace && value == '+') {
        value = ' ';
      }
      if (value == 0) {
        throw new IllegalArgumentException("NUL in the request target");
      }
      out[length++] = (byte) value;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(out, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the request target is not valid UTF-8", e);
    }
  }
}
