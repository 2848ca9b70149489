package dev.rheo.api.options;

/** What becomes of unknown and duplicate fields of a request's body. */
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
