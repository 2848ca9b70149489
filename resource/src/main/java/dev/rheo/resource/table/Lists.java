package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists in cells, and what is looked for in lists. */
final class Lists {
  private Lists() {}

  /** The first texts, and how many more there are: {@code a,b,c + 2 more...}. */
  static String some(List<String> texts, int maximum, String separator) {
    return texts.size() <= maximum
        ? String.join(separator, texts)
        : more(String.join(separator, texts.subList(0, maximum)), texts.size() - maximum);
  }

  static String more(String shown, int more) {
    return shown + " + " + more + " more...";
  }

  /** The first of that {@code type}: a condition, an address. */
  static @Nullable ObjectNode ofType(List<ObjectNode> objects, String type) {
    for (ObjectNode object : objects) {
      if (Trees.text(object, "type").equals(type)) {
        return object;
      }
    }
    return null;
  }

  /** Whether the first of that type has the status {@code True}. */
  static boolean isTrue(List<ObjectNode> conditions, String type) {
    return Trees.text(ofType(conditions, type), "status").equals("True");
  }
}
