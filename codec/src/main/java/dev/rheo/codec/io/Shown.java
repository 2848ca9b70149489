package dev.rheo.codec.io;

/** What a message shows of a text that a client sent. */
public final class Shown {
  /** Most characters that are shown. */
  public static final int MAX_LENGTH = 1024;

  private static final String MORE = "…";

  private Shown() {}

  /** The text, or its beginning and a mark that there is more. */
  public static String of(String text) {
    return text.length() <= MAX_LENGTH ? text : text.substring(0, end(text)) + MORE;
  }

  /** The same, with nothing copied that is not shown. */
  public static void append(StringBuilder out, String text) {
    if (text.length() <= MAX_LENGTH) {
      out.append(text);
    } else {
      out.append(text, 0, end(text)).append(MORE);
    }
  }

  /** Not between two halves of a character. */
  private static int end(String text) {
    return Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
  }
}
