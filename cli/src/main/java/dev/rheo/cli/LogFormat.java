package dev.rheo.cli;

/** The format of the log. */
enum LogFormat {
  /** Lines for humans. */
  TEXT,
  /** One JSON object per line. */
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
