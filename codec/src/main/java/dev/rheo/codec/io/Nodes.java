package dev.rheo.codec.io;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;

/**
 * Creates the nodes of decoded trees. Most objects have few members, so their maps begin with room
 * for three, not for twelve as Jackson's do.
 */
public final class Nodes extends JsonNodeFactory {
  private static final long serialVersionUID = 1;
  private static final int CAPACITY = 4;

  public static final Nodes INSTANCE = new Nodes();

  private Nodes() {}

  /**
   * An int where it fits: nodes of two sizes are not equal, and trees of all formats are compared.
   */
  @Override
  public NumericNode numberNode(long value) {
    return (int) value == value ? numberNode((int) value) : super.numberNode(value);
  }

  @Override
  public ObjectNode objectNode() {
    return new ObjectNode(this, new LinkedHashMap<>(CAPACITY));
  }
}
