package dev.rheo.server.resource;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupVersionKind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The discovery documents, byte for byte as kube-apiserver writes them, made once from the
 * registry. All are compact JSON with a line feed at the end. Immutable.
 *
 * <p>Aggregated discovery (KEP-3352) is asked for with {@code Accept:
 * application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList}, which the answer's content
 * type repeats; it is served with its ETag, {@code Vary: Accept} and {@code Cache-Control: public}.
 */
public final class Discovery {
  /** The Kubernetes release whose API is served. */
  public static final String KUBERNETES_VERSION = "1.36.3";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Document aggregatedCore;
  private final Document aggregatedGroups;
  private final byte[] groups;
  private final Map<String, byte[]> group = new HashMap<>();
  private final Map<String, byte[]> resources = new HashMap<>();
  private final byte[] version;

  /**
   * @param registry what is served
   * @param serverVersion of this server, told as build metadata of the Kubernetes version, so that
   *     clients still read a version that they know: {@code v1.36.3+rheo-0.1.0}
   */
  public Discovery(ResourceRegistry registry, String serverVersion) {
    Map<String, Map<String, List<ResourceType>>> served = new LinkedHashMap<>();
    for (ResourceType type : registry.all()) {
      served
          .computeIfAbsent(type.group(), any -> new LinkedHashMap<>())
          .computeIfAbsent(type.version(), any -> new java.util.ArrayList<>())
          .add(type);
    }
    ArrayNode core = NODES.arrayNode();
    ArrayNode named = NODES.arrayNode();
    ArrayNode groupList = NODES.arrayNode();
    served.forEach(
        (name, versions) -> {
          (name.isEmpty() ? core : named).add(groupDiscovery(name, versions));
          versions.forEach(
              (v, types) ->
                  resources.put(
                      name.isEmpty() ? v : name + "/" + v,
                      bytes(resourceList(types.getFirst(), types))));
          if (!name.isEmpty()) {
            ObjectNode one = apiGroup(name, versions.keySet());
            groupList.add(one);
            ObjectNode document =
                NODES.objectNode().put("kind", "APIGroup").put("apiVersion", "v1");
            document.setAll(one);
            group.put(name, bytes(document));
          }
        });
    aggregatedCore = aggregated(core);
    aggregatedGroups = aggregated(named);
    groups =
        bytes(
            NODES
                .objectNode()
                .put("kind", "APIGroupList")
                .put("apiVersion", "v1")
                .set("groups", groupList));
    version = bytes(versionInfo(serverVersion));
  }

  /** {@code /api} as {@code APIGroupDiscoveryList} of {@code apidiscovery.k8s.io/v2}. */
  public Document aggregatedCore() {
    return aggregatedCore;
  }

  /** {@code /apis} as {@code APIGroupDiscoveryList} of {@code apidiscovery.k8s.io/v2}. */
  public Document aggregatedGroups() {
    return aggregatedGroups;
  }

  /**
   * {@code /api} as {@code APIVersions}.
   *
   * @param serverAddress {@code host:port} at which clients may reach the server
   */
  public byte[] versions(String serverAddress) {
    ObjectNode document = NODES.objectNode().put("kind", "APIVersions");
    document.putArray("versions").add("v1");
    document
        .putArray("serverAddressByClientCIDRs")
        .addObject()
        .put("clientCIDR", "0.0.0.0/0")
        .put("serverAddress", serverAddress);
    return bytes(document);
  }

  /** {@code /apis} as {@code APIGroupList}. */
  public byte[] groups() {
    return groups;
  }

  /** {@code /apis/{group}} as {@code APIGroup}, or null. */
  public byte @Nullable [] group(String name) {
    return group.get(name);
  }

  /**
   * {@code /api/v1} or {@code /apis/{group}/{version}} as {@code APIResourceList}, or null.
   *
   * @param group empty for the core group
   */
  public byte @Nullable [] resources(String group, String version) {
    return resources.get(group.isEmpty() ? version : group + "/" + version);
  }

  /** {@code /version}. */
  public byte[] version() {
    return version;
  }

  private static ObjectNode groupDiscovery(String name, Map<String, List<ResourceType>> versions) {
    ObjectNode group = NODES.objectNode();
    ObjectNode metadata = group.putObject("metadata");
    if (!name.isEmpty()) {
      metadata.put("name", name);
    }
    ArrayNode list = group.putArray("versions");
    versions.forEach(
        (v, types) -> {
          ObjectNode version = list.addObject().put("version", v);
          ArrayNode resources = version.putArray("resources");
          types.forEach(type -> resources.add(resourceDiscovery(type)));
          version.put("freshness", "Current");
        });
    return group;
  }

  private static ObjectNode resourceDiscovery(ResourceType type) {
    ObjectNode resource = NODES.objectNode().put("resource", type.plural());
    responseKind(resource, "", "", type.kind());
    resource.put("scope", type.namespaced() ? "Namespaced" : "Cluster");
    resource.put("singularResource", type.singular());
    strings(resource, "verbs", type.verbs());
    strings(resource, "shortNames", type.shortNames());
    strings(resource, "categories", type.categories());
    if (!type.subresources().isEmpty()) {
      ArrayNode subresources = resource.putArray("subresources");
      for (Subresource sub : type.subresources().values()) {
        ObjectNode node = subresources.addObject().put("subresource", sub.name());
        GroupVersionKind kind = foreign(type, sub);
        responseKind(
            node, kind == null ? "" : kind.group(), kind == null ? "" : kind.version(), sub.kind());
        strings(node, "verbs", sub.verbs());
      }
    }
    return resource;
  }

  private static void responseKind(ObjectNode of, String group, String version, String kind) {
    of.putObject("responseKind").put("group", group).put("version", version).put("kind", kind);
  }

  private static ObjectNode apiGroup(String name, Collection<String> versions) {
    ObjectNode group = NODES.objectNode().put("name", name);
    ArrayNode list = group.putArray("versions");
    versions.forEach(v -> list.add(groupVersion(name, v)));
    group.set("preferredVersion", groupVersion(name, versions.iterator().next()));
    return group;
  }

  private static ObjectNode groupVersion(String group, String version) {
    return NODES.objectNode().put("groupVersion", group + "/" + version).put("version", version);
  }

  private static ObjectNode resourceList(ResourceType first, List<ResourceType> types) {
    ObjectNode list = NODES.objectNode().put("kind", "APIResourceList");
    // upstream's list of the core group has none
    if (!first.group().isEmpty()) {
      list.put("apiVersion", "v1");
    }
    list.put("groupVersion", first.apiVersion());
    ArrayNode resources = list.putArray("resources");
    for (ResourceType type : types) {
      ObjectNode resource =
          resources
              .addObject()
              .put("name", type.plural())
              .put("singularName", type.singular())
              .put("namespaced", type.namespaced())
              .put("kind", type.kind());
      strings(resource, "verbs", type.verbs());
      strings(resource, "shortNames", type.shortNames());
      strings(resource, "categories", type.categories());
      if (!type.storageVersionHash().isEmpty()) {
        resource.put("storageVersionHash", type.storageVersionHash());
      }
      for (Subresource sub : type.subresources().values()) {
        ObjectNode node =
            resources
                .addObject()
                .put("name", type.plural() + "/" + sub.name())
                .put("singularName", "")
                .put("namespaced", type.namespaced());
        GroupVersionKind kind = foreign(type, sub);
        if (kind != null) {
          if (!kind.group().isEmpty()) {
            node.put("group", kind.group());
          }
          node.put("version", kind.version());
        }
        strings(node.put("kind", sub.kind()), "verbs", sub.verbs());
      }
    }
    return list;
  }

  /** The kind of a subresource that is not of its resource's group and version, else null. */
  private static @Nullable GroupVersionKind foreign(ResourceType type, Subresource sub) {
    return sub.apiVersion().equals(type.apiVersion())
        ? null
        : GroupVersionKind.of(sub.apiVersion(), sub.kind());
  }

  private static void strings(ObjectNode node, String name, Collection<String> values) {
    if (!values.isEmpty()) {
      ArrayNode array = node.putArray(name);
      values.forEach(array::add);
    }
  }

  private static ObjectNode versionInfo(String serverVersion) {
    String[] part = KUBERNETES_VERSION.split("\\.");
    int minor = Integer.parseInt(part[1]);
    return NODES
        .objectNode()
        .put("major", part[0])
        .put("minor", part[1])
        .put("emulationMajor", part[0])
        .put("emulationMinor", part[1])
        .put("minCompatibilityMajor", part[0])
        .put("minCompatibilityMinor", Integer.toString(minor - 1))
        .put("gitVersion", "v" + KUBERNETES_VERSION + "+rheo-" + serverVersion)
        .put("gitCommit", "")
        .put("gitTreeState", "")
        .put("buildDate", "1970-01-01T00:00:00Z")
        .put("goVersion", "java" + Runtime.version().feature())
        .put("compiler", "javac")
        .put(
            "platform",
            System.getProperty("os.name", "").toLowerCase(java.util.Locale.ROOT)
                + "/"
                + architecture());
  }

  private static String architecture() {
    String name = System.getProperty("os.arch", "");
    return name.equals("x86_64") ? "amd64" : name.equals("aarch64") ? "arm64" : name;
  }

  private static Document aggregated(ArrayNode items) {
    ObjectNode list =
        NODES
            .objectNode()
            .put("kind", "APIGroupDiscoveryList")
            .put("apiVersion", "apidiscovery.k8s.io/v2");
    list.putObject("metadata");
    byte[] body = bytes(list.set("items", items));
    return new Document(body, '"' + hash(body) + '"');
  }

  /** SHA-512 in upper case, as upstream names documents. */
  static String hash(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-512").digest(content);
      return HexFormat.of().withUpperCase().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] bytes(JsonNode document) {
    try {
      return (JSON.writeValueAsString(document) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
