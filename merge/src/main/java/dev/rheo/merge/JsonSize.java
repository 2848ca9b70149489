package dev.rheo.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Computes the length of a tree's JSON without writing it. */
final class JsonSize {
  private JsonSize() {}

  /**
   * Adds the number of characters of a tree's JSON. Stops counting once the sum exceeds {@code
   * limit}.
   *
   * @param tree nested no deeper than the decoder allows, since this method is recursive
   */
  static long add(long before, JsonNode tree, long limit) {
    if (!tree.isContainerNode()) {
      return before + (tree.isTextual() ? text(tree.textValue()) : tree.asText().length());
    }
    // the brackets and the commas
    long size = before + 1 + Math.max(1, tree.size());
    if (tree.isObject()) {
      for (Map.Entry<String, JsonNode> member : tree.properties()) {
        if (size > limit) {
          return size;
        }
        size = add(size + text(member.getKey()) + 1, member.getValue(), limit);
      }
    } else {
      for (JsonNode element : tree) {
        if (size > limit) {
          return size;
        }
        size = add(size, element, limit);
      }
    }
    return size;
  }

  private static long text(String text) {
    long size = 2L + text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        size++;
      } else if (c < 0x20) {
        size += "\b\f\n\r\t".indexOf(c) >= 0 ? 1 : 5;
      }
    }
    return size;
  }
}
