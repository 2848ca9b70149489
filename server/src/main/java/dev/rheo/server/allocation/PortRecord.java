package dev.rheo.server.allocation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import java.nio.charset.StandardCharsets;

/**
 * The record of a node port in the store, which tells the Service that holds it. Upstream keeps all
 * ports in one value ({@link PortBitmap}); with a key for each, writes of different Services do not
 * conflict, and a commit cannot take a port twice.
 *
 * @param namespace of the Service
 * @param name of the Service
 */
public record PortRecord(String namespace, String name) {
  /** The prefix of the keys. */
  public static final String PREFIX = "/registry/ranges/servicenodeports/";

  public static String key(int port) {
    return PREFIX + port;
  }

  /** The port of a key; 0 if the key is no record's. */
  public static int port(String key) {
    String port = key.substring(PREFIX.length());
    return port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0;
  }

  public static PortRecord parse(byte[] value) {
    ObjectNode tree = ObjectDecoder.decode(value, ObjectDecoder.MAX_DEPTH).tree();
    return new PortRecord(Trees.text(tree, "namespace"), Trees.text(tree, "name"));
  }

  public byte[] toBytes() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("namespace", namespace)
        .put("name", name)
        .toString()
        .getBytes(StandardCharsets.UTF_8);
  }
}
