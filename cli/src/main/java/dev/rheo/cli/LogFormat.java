package dev.rheo.cli;

import java.util.Locale;

/** The format of the log. */
enum LogFormat {
  /** Lines for humans. */
  TEXT,
  /** One JSON object per line. */
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
