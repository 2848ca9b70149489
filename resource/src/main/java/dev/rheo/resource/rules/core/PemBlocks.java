package dev.rheo.resource.rules.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The blocks of a text in PEM (RFC 7468), as Go finds them; what is no block is passed over. */
final class PemBlocks {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "\n-----END ";
  private static final String DASHES = "-----";

  /** More are not looked at: a server needs few. */
  private static final int MAX = 100;

  private PemBlocks() {}

  /**
   * @param type {@code CERTIFICATE}
   */
  record Block(String type, byte[] bytes) {}

  static List<Block> of(byte[] pem) {
    String text = new String(pem, StandardCharsets.ISO_8859_1);
    List<Block> blocks = new ArrayList<>();
    int from = 0;
    for (int end = text.indexOf(END);
        end >= 0 && blocks.size() < MAX;
        end = text.indexOf(END, from)) {
      // only what was not looked at before, so that the time is linear
      int begin = from + text.substring(from, end).lastIndexOf(BEGIN);
      int after = end + END.length();
      if (begin >= from && (begin == 0 || text.charAt(begin - 1) == '\n')) {
        int line = text.indexOf('\n', begin);
        String first = text.substring(begin + BEGIN.length(), line).strip();
        String type =
            first.endsWith(DASHES) ? first.substring(0, first.length() - DASHES.length()) : "\n";
        if (text.startsWith(type + DASHES, after)) {
          add(blocks, type, text.substring(Math.min(line + 1, end), end));
        }
      }
      from = after;
    }
    return blocks;
  }

  private static void add(List<Block> blocks, String type, String body) {
    // headers end with the first line that has no colon
    int colon = body.lastIndexOf(':');
    int start = colon < 0 ? 0 : Math.max(colon, body.indexOf('\n', colon));
    try {
      blocks.add(
          new Block(
              type, Base64.getDecoder().decode(body.substring(start).replaceAll("[ \t\r\n]", ""))));
    } catch (IllegalArgumentException e) {
      // no block, as for Go
    }
  }
}
