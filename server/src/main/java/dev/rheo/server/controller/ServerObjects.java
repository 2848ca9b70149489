package dev.rheo.server.controller;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.verb.write.LoopbackClient;
import dev.rheo.server.verb.write.ObjectPath;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Objects that the server itself keeps as they must be. */
public final class ServerObjects {
  private final LoopbackClient client;
  private final Supplier<ResourceRegistry> served;

  ServerObjects(LoopbackClient client, Supplier<ResourceRegistry> served) {
    this.client = client;
    this.served = served;
  }

  LoopbackClient client() {
    return client;
  }

  ResourceType type(String group, String plural) {
    return served.get().get(group, "v1", plural);
  }

  /** A new object with a name. */
  static ObjectNode named(ResourceType type, String name) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    object.putObject("metadata").put("name", name);
    return object;
  }

  /** Nodes as a stored object has them, so that they can be compared. */
  public static ObjectNode asStored(ObjectNode object) {
    return ObjectDecoder.decode(
            object.toString().getBytes(StandardCharsets.UTF_8), ObjectDecoder.MAX_DEPTH)
        .tree();
  }

  /**
   * Creates an object, or corrects the one that there is.
   *
   * @param object the new object
   * @param correct changes the present object and returns true, or returns false to leave it
   */
  void ensure(ObjectPath path, Supplier<ObjectNode> object, Predicate<ObjectNode> correct) {
    if (client.get(path) == null) {
      try {
        client.create(ObjectPath.of(path.type(), path.namespace(), ""), object.get());
        return;
      } catch (ApiException e) {
        if (!e.reason().equals("AlreadyExists")) {
          throw e;
        }
      }
    }
    client.update(path, correct);
  }
}
