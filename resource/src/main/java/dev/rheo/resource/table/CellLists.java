package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Abbreviates lists for cells, and finds conditions in lists. */
final class CellLists {
  private CellLists() {}

  /** The first texts and the number of further ones: {@code a,b,c + 2 more...}. */
  static String some(List<String> texts, int maximum, String separator) {
    return texts.size() <= maximum
        ? String.join(separator, texts)
        : more(String.join(separator, texts.subList(0, maximum)), texts.size() - maximum);
  }

  static String more(String shown, int more) {
    return shown + " + " + more + " more...";
  }

  /** The first object, such as a condition or an address, of the {@code type}; null if none. */
  static @Nullable ObjectNode ofType(List<ObjectNode> objects, String type) {
    for (ObjectNode object : objects) {
      if (Trees.text(object, "type").equals(type)) {
        return object;
      }
    }
    return null;
  }

  /** Whether the first condition of the type has the status {@code True}. */
  static boolean isTrue(List<ObjectNode> conditions, String type) {
    return Trees.text(ofType(conditions, type), "status").equals("True");
  }
}
