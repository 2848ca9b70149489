package dev.rheo.schema.value;

import dev.rheo.cel.value.Regex;
import java.util.function.Predicate;

/** Compiles the patterns of texts. */
final class Patterns {
  private Patterns() {}

  /** A test that fails for every text if there is no such expression. */
  static Predicate<String> compile(String pattern) {
    Predicate<String> compiled = Regex.finder(pattern);
    return compiled == null ? text -> false : compiled;
  }
}
