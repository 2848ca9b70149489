package dev.rheo.codec.tree;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.Meter;

/**
 * Copies trees and charges the current {@link Meter} first. A copy takes memory for its objects and
 * arrays; it shares strings and numbers with the original.
 */
public final class TreeCopies {
  /** An object and its map, in bytes. */
  private static final int OBJECT = 160;

  /** A member: the entry of the map and its share of the table. */
  private static final int MEMBER = 56;

  private static final int ARRAY = 104;
  private static final int ELEMENT = 10;

  private TreeCopies() {}

  /**
   * @throws RuntimeException if the current {@link Meter} refuses to pay
   */
  public static ObjectNode of(ObjectNode tree) {
    charge(tree);
    return tree.deepCopy();
  }

  /**
   * @throws RuntimeException if the current {@link Meter} refuses to pay
   */
  public static JsonNode of(JsonNode tree) {
    charge(tree);
    return tree.deepCopy();
  }

  private static void charge(JsonNode tree) {
    if (tree.isContainerNode()) {
      Meter.Tally tally = Meter.tally();
      charge(tree, tally);
      tally.settle();
    }
  }

  private static void charge(JsonNode tree, Meter.Tally tally) {
    tally.add(
        tree.isObject()
            ? OBJECT + (long) MEMBER * tree.size()
            : ARRAY + (long) ELEMENT * tree.size());
    for (JsonNode child : tree) {
      if (child.isContainerNode()) {
        charge(child, tally);
      }
    }
  }
}
