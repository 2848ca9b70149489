package dev.rheo.store;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Logs on threads that must survive a failure to log: a process without free file descriptors may
 * fail even to read the time zone.
 */
final class SafeLog {
  private SafeLog() {}

  static void log(Logger logger, Level level, String message, @Nullable Throwable thrown) {
    try {
      logger.log(level, message, thrown);
    } catch (RuntimeException | Error e) {
      // There is nobody left to tell.
    }
  }
}
