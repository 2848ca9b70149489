package dev.rheo.cli;

/** Form of the log. */
enum LogFormat {
  /** A line for people. */
  TEXT,
  /** A JSON object a line. */
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
