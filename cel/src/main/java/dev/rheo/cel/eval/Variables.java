package dev.rheo.cel.eval;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of the variables of an expression. */
@FunctionalInterface
public interface Variables {
  /** The value of a variable, as {@link Values} lists them; null if there is none. */
  @Nullable Object find(String name) throws EvaluationException;

  static Variables of(Map<String, Object> values) {
    return values::get;
  }
}
