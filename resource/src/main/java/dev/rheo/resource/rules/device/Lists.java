package dev.rheo.resource.rules.device;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Checks of lists that have a largest size, and of sets. */
final class Lists {
  private Lists() {}

  /**
   * Checks each element, unless there are too many.
   *
   * @return whether there are not
   */
  static boolean each(Field list, int maximum, Consumer<Field> check) {
    if (list.size() > maximum) {
      list.tooMany(maximum);
      return false;
    }
    for (Field element : list.items()) {
      check.accept(element);
    }
    return true;
  }

  /**
   * As {@link #each}, and demands that no two elements have the same key.
   *
   * @param key of an element, a text or a tree, as messages show it
   */
  static void set(Field list, int maximum, Consumer<Field> check, Function<Field, Object> key) {
    if (!each(list, maximum, check)) {
      return;
    }
    Set<String> seen = new HashSet<>();
    for (Field element : list.items()) {
      Object own = key.apply(element);
      if (!seen.add(own instanceof JsonNode node ? Trees.identity(node) : own.toString())) {
        element.fault(FieldError.duplicate(element.path(), own));
      }
    }
  }
}
