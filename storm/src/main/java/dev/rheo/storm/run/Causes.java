package dev.rheo.storm.run;

import java.io.IOException;

/** What went wrong with a connection, in one line. */
public final class Causes {
  private Causes() {}

  /** The innermost message that says something. */
  public static String line(Throwable cause) {
    String message = null;
    Throwable at = cause;
    for (int depth = 0; at != null && depth < 10; at = at.getCause(), depth++) {
      String text = at.getMessage();
      if (text != null && !text.isBlank()) {
        // An exception that wraps another repeats it with its class in front.
        message = text;
      } else if (message == null && !(at instanceof IOException)) {
        message = at.getClass().getSimpleName();
      }
    }
    return message == null ? "the connection was closed" : message.strip().replaceAll("\\s+", " ");
  }
}
