package dev.rheo.store;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The cause of an I/O failure, recognized by the operating system's message. */
enum DiskFault {
  FULL("no space left", "the disk is full"),
  QUOTA("quota exceeded", "the disk quota is used up"),
  TOO_LARGE("file too large", "the limit on the size of files is reached"),
  READ_ONLY("read-only file system", "the file system is read-only"),
  DENIED("permission denied", "its files may not be written"),
  NOT_PERMITTED("operation not permitted", "its files may not be written"),
  FILES("too many open files", "too many files are open"),
  BROKEN("input/output error", "the disk fails");

  private final String words;
  private final String reason;

  DiskFault(String words, String reason) {
    this.words = words;
    this.reason = reason;
  }

  /** A short reason for clients, without path or host. */
  String reason() {
    return reason;
  }

  static @Nullable DiskFault of(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    for (DiskFault fault : values()) {
      if (lower.contains(fault.words)) {
        return fault;
      }
    }
    return null;
  }
}
