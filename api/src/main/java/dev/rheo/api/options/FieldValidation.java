package dev.rheo.api.options;

/** How unknown and duplicate fields of a request body are handled. */
public enum FieldValidation {
  IGNORE,
  WARN,
  STRICT;

  /** The default is to warn. */
  static FieldValidation of(String word) {
    return switch (word) {
      case "Ignore" -> IGNORE;
      case "Strict" -> STRICT;
      default -> WARN;
    };
  }
}
