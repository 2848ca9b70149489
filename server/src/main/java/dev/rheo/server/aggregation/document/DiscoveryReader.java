package dev.rheo.server.aggregation.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the discovery documents of an extension API server, and writes the resources of a group
 * version as this server's own aggregated document has them: known fields only, in their order.
 *
 * <p>All methods throw a {@link MalformedException} if a document is not what it must be.
 */
final class DiscoveryReader {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String AGGREGATED = "apidiscovery.k8s.io/";

  private DiscoveryReader() {}

  /**
   * The resources of a group version in an aggregated document, a JSON array; empty if the document
   * does not have it.
   */
  static String aggregated(byte[] json, String group, String version) {
    ObjectNode document = document(json, "APIGroupDiscoveryList");
    String apiVersion = text(document, "apiVersion");
    if (!apiVersion.equals(AGGREGATED + "v2") && !apiVersion.equals(AGGREGATED + "v2beta1")) {
      throw malformed("apiVersion");
    }
    String found = "";
    for (JsonNode item : list(document, "items")) {
      if (!text(object(item).path("metadata"), "name").equals(group)) {
        continue;
      }
      for (JsonNode each : list(object(item), "versions")) {
        if (text(object(each), "version").equals(version)) {
          ArrayNode resources = NODES.arrayNode();
          list(object(each), "resources")
              .forEach(resource -> resources.add(resource(object(resource))));
          found = written(resources);
        }
      }
    }
    return found;
  }

  /** The resources of an {@code APIResourceList}, a JSON array. */
  static String legacy(byte[] json) {
    ObjectNode document = document(json, "APIResourceList");
    Map<String, ObjectNode> parents = new LinkedHashMap<>();
    for (JsonNode each : list(document, "resources")) {
      ObjectNode from = object(each);
      String name = text(from, "name");
      if (!name.contains("/")) {
        ObjectNode resource = NODES.objectNode().put("resource", name);
        kind(resource, from);
        resource.put("scope", scope(from)).put("singularResource", text(from, "singularName"));
        verbs(resource, from);
        strings(resource, from, "shortNames");
        strings(resource, from, "categories");
        parents.put(name, resource);
      }
    }
    for (JsonNode each : list(document, "resources")) {
      ObjectNode from = object(each);
      String name = text(from, "name");
      int slash = name.indexOf('/');
      if (slash >= 0) {
        String parent = name.substring(0, slash);
        subresource(
            parents.computeIfAbsent(parent, any -> parent(parent, from)),
            name.substring(slash + 1),
            from);
      }
    }
    ArrayNode resources = NODES.arrayNode();
    parents.values().forEach(resources::add);
    return written(resources);
  }

  /** What stands for a resource that is not in the list, only its subresource. */
  private static ObjectNode parent(String name, ObjectNode subresource) {
    ObjectNode parent = NODES.objectNode().put("resource", name);
    kind(parent, NODES.objectNode());
    parent.put("scope", scope(subresource)).put("singularResource", "");
    parent.putNull("verbs");
    return parent;
  }

  private static void subresource(ObjectNode parent, String name, ObjectNode from) {
    if (!text(parent, "scope").equals(scope(from))) {
      throw new MalformedException(
          "the scopes of %s and of its subresource %s differ"
              .formatted(text(parent, "resource"), name));
    }
    ArrayNode all =
        parent.get("subresources") instanceof ArrayNode list
            ? list
            : parent.putArray("subresources");
    ObjectNode subresource = all.addObject().put("subresource", name);
    kind(subresource, text(from, "kind").isEmpty() ? NODES.objectNode() : from);
    verbs(subresource, from);
  }

  private static ObjectNode resource(ObjectNode from) {
    ObjectNode resource = NODES.objectNode().put("resource", text(from, "resource"));
    kind(resource, optional(from, "responseKind"));
    resource.put("scope", text(from, "scope"));
    resource.put("singularResource", text(from, "singularResource"));
    verbs(resource, from);
    strings(resource, from, "shortNames");
    strings(resource, from, "categories");
    ArrayNode subresources = NODES.arrayNode();
    for (JsonNode each : list(from, "subresources")) {
      ObjectNode sub = object(each);
      ObjectNode to = subresources.addObject().put("subresource", text(sub, "subresource"));
      kind(to, optional(sub, "responseKind"));
      ArrayNode accepted = NODES.arrayNode();
      list(sub, "acceptedTypes").forEach(type -> accepted.add(kind(object(type))));
      if (!accepted.isEmpty()) {
        to.set("acceptedTypes", accepted);
      }
      verbs(to, sub);
    }
    if (!subresources.isEmpty()) {
      resource.set("subresources", subresources);
    }
    return resource;
  }

  /** Told in any case: old clients fail without it. */
  private static void kind(ObjectNode to, ObjectNode from) {
    to.set("responseKind", kind(from));
  }

  private static ObjectNode kind(ObjectNode from) {
    return NODES
        .objectNode()
        .put("group", text(from, "group"))
        .put("version", text(from, "version"))
        .put("kind", text(from, "kind"));
  }

  private static String scope(ObjectNode from) {
    JsonNode namespaced = from.path("namespaced");
    if (!namespaced.isBoolean() && !isNothing(namespaced)) {
      throw malformed("namespaced");
    }
    return namespaced.asBoolean() ? "Namespaced" : "Cluster";
  }

  private static void verbs(ObjectNode to, ObjectNode from) {
    if (isNothing(from.path("verbs"))) {
      to.putNull("verbs");
    } else {
      ArrayNode verbs = to.putArray("verbs");
      list(from, "verbs").forEach(verb -> verbs.add(text("verbs", verb)));
    }
  }

  private static void strings(ObjectNode to, ObjectNode from, String name) {
    ArrayNode all = NODES.arrayNode();
    list(from, name).forEach(value -> all.add(text(name, value)));
    if (!all.isEmpty()) {
      to.set(name, all);
    }
  }

  private static ObjectNode document(byte[] json, String kind) {
    ObjectNode document = ObjectDecoder.decode(json, ObjectDecoder.MAX_DEPTH).tree();
    if (!text(document, "kind").equals(kind)) {
      throw malformed("kind");
    }
    return document;
  }

  private static ObjectNode object(JsonNode node) {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new MalformedException("an object is expected in the discovery document");
  }

  private static ObjectNode optional(ObjectNode node, String name) {
    JsonNode value = node.path(name);
    return isNothing(value) ? NODES.objectNode() : object(value);
  }

  private static Iterable<JsonNode> list(ObjectNode node, String name) {
    JsonNode value = node.path(name);
    if (!value.isArray() && !isNothing(value)) {
      throw malformed(name);
    }
    return value;
  }

  private static String text(JsonNode node, String name) {
    return text(name, node.path(name));
  }

  private static String text(String name, JsonNode value) {
    if (!value.isTextual() && !isNothing(value)) {
      throw malformed(name);
    }
    return value.isTextual() ? value.textValue() : "";
  }

  private static boolean isNothing(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  /** Empty for an empty list, which is not told. */
  private static String written(ArrayNode resources) {
    return resources.isEmpty() ? "" : resources.toString();
  }

  private static MalformedException malformed(String name) {
    return new MalformedException("the discovery document has an unexpected " + name);
  }
}
