package dev.rheo.storm.run;

import java.io.IOException;

/** Describes connection errors in one line. */
public final class Causes {
  private Causes() {}

  /** Returns the innermost message that is not blank. */
  public static String line(Throwable cause) {
    String message = null;
    Throwable at = cause;
    for (int depth = 0; at != null && depth < 10; at = at.getCause(), depth++) {
      String text = at.getMessage();
      if (text != null && !text.isBlank()) {
        // A wrapping exception repeats this message, prefixed with the class name.
        message = text;
      } else if (message == null && !(at instanceof IOException)) {
        message = at.getClass().getSimpleName();
      }
    }
    return message == null ? "the connection was closed" : message.strip().replaceAll("\\s+", " ");
  }
}
