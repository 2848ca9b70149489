package dev.rheo.codec.io;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;

/**
 * Makes the nodes of decoded trees. Most objects have a few members, so a map begins with room for
 * three: what Jackson makes has room for twelve.
 */
public final class Nodes extends JsonNodeFactory {
  private static final long serialVersionUID = 1;
  private static final int CAPACITY = 4;

  public static final Nodes INSTANCE = new Nodes();

  private Nodes() {}

  @Override
  public ObjectNode objectNode() {
    return new ObjectNode(this, new LinkedHashMap<>(CAPACITY));
  }
}
