package dev.rheo.codec.io;

/** Shortens text that a client sent for use in a message. */
public final class Truncated {
  /** Most characters of a text that are shown. */
  public static final int MAX_LENGTH = 1024;

  private static final String MORE = "…";

  private Truncated() {}

  /** The text, or its beginning and an ellipsis. */
  public static String of(String text) {
    return text.length() <= MAX_LENGTH ? text : text.substring(0, end(text)) + MORE;
  }

  /** Appends what {@link #of} returns, without copying the rest of the text. */
  public static void append(StringBuilder out, String text) {
    if (text.length() <= MAX_LENGTH) {
      out.append(text);
    } else {
      out.append(text, 0, end(text)).append(MORE);
    }
  }

  /** Where the text is cut; never splits a surrogate pair. */
  private static int end(String text) {
    return Character.isHighSurrogate(text.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
  }
}
