package dev.rheo.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.TreeCopies;
import java.util.Iterator;
import java.util.Map;

/**
 * JSON merge patch (RFC 7396): objects are merged member by member, {@code null} removes a member,
 * anything else replaces.
 */
public final class MergePatch {
  private MergePatch() {}

  /**
   * @return a new document; neither argument is changed
   * @throws PatchException if the patch is not an object, which would replace the whole document
   */
  public static ObjectNode apply(ObjectNode document, JsonNode patch) throws PatchException {
    if (!(patch instanceof ObjectNode object)) {
      throw PatchException.malformed("Invalid JSON Patch");
    }
    ObjectNode result = TreeCopies.of(document);
    merge(result, object);
    return result;
  }

  private static void merge(ObjectNode target, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> member : patch.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (value.isNull()) {
        target.remove(name);
      } else if (value instanceof ObjectNode patchChild) {
        if (target.get(name) instanceof ObjectNode child) {
          merge(child, patchChild);
        } else {
          ObjectNode copy = TreeCopies.of(patchChild);
          pruneNulls(copy);
          target.set(name, copy);
        }
      } else {
        JsonNode copy = TreeCopies.of(value);
        pruneNulls(copy);
        target.set(name, copy);
      }
    }
  }

  /** Removes the members that are null, at any depth; elements of lists stay. */
  static void pruneNulls(JsonNode node) {
    if (node instanceof ObjectNode object) {
      for (Iterator<JsonNode> members = object.elements(); members.hasNext(); ) {
        JsonNode value = members.next();
        if (value.isNull()) {
          members.remove();
        } else {
          pruneNulls(value);
        }
      }
    } else if (node.isArray()) {
      node.forEach(MergePatch::pruneNulls);
    }
  }
}
