package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.resource.type.CustomObjects;
import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.resource.type.Subresource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The discovery documents, byte for byte as kube-apiserver writes them. They are built on first
 * use, and again on the first use after the served types have changed. All are compact JSON with a
 * line feed at the end. Thread-safe.
 *
 * <p>Clients request aggregated discovery (KEP-3352) with {@code Accept:
 * application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList}, which the response repeats
 * as its content type, and get it with its ETag and {@code Vary: Accept}.
 */
public final class Discovery {
  /** The Kubernetes release whose API is served. */
  public static final String KUBERNETES_VERSION = "1.36.3";

  private static final String MAJOR = "1";
  private static final int MINOR = 36;

  private static final JsonFactory JSON = new JsonFactory();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final List<String> TERMINATING =
      List.of("delete", "deletecollection", "get", "list", "watch");

  private final Supplier<ResourceRegistry> served;
  private final String serverVersion;
  private volatile @Nullable Documents documents;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Documents(
      ResourceRegistry of,
      Document aggregatedCore,
      Document aggregatedGroups,
      byte[] groups,
      Map<String, byte[]> group,
      Map<String, byte[]> resources,
      byte[] version) {}

  /**
   * @param served the registry in force
   * @param serverVersion version of this server, served as build metadata of the Kubernetes version
   *     so that clients parse a version that they know: {@code v1.36.3+rheo-0.1.0}
   */
  public Discovery(Supplier<ResourceRegistry> served, String serverVersion) {
    this.served = served;
    this.serverVersion = serverVersion;
  }

  /** Built on first use to shorten startup. Two threads may both build it, which does no harm. */
  private Documents documents() {
    ResourceRegistry registry = served.get();
    Documents made = documents;
    if (made == null || made.of != registry) {
      made = make(registry);
      documents = made;
    }
    return made;
  }

  private Documents make(ResourceRegistry registry) {
    Map<String, byte[]> group = new HashMap<>();
    Map<String, byte[]> resources = new HashMap<>();
    Map<String, Map<String, List<ResourceType>>> byGroup = new LinkedHashMap<>();
    for (ResourceType type : registry.all()) {
      byGroup
          .computeIfAbsent(type.group(), any -> new LinkedHashMap<>())
          .computeIfAbsent(type.version(), any -> new ArrayList<>())
          .add(type);
    }
    ArrayNode core = NODES.arrayNode();
    ArrayNode named = NODES.arrayNode();
    ArrayNode groupList = NODES.arrayNode();
    byGroup.forEach(
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
    byte[] groups =
        bytes(
            NODES
                .objectNode()
                .put("kind", "APIGroupList")
                .put("apiVersion", "v1")
                .set("groups", groupList));
    return new Documents(
        registry,
        aggregated(core),
        aggregated(named),
        groups,
        group,
        resources,
        bytes(versionInfo(serverVersion)));
  }

  /** {@code /api} as {@code APIGroupDiscoveryList} of {@code apidiscovery.k8s.io/v2}. */
  public Document aggregatedCore() {
    return documents().aggregatedCore;
  }

  /** {@code /apis} as {@code APIGroupDiscoveryList} of {@code apidiscovery.k8s.io/v2}. */
  public Document aggregatedGroups() {
    return documents().aggregatedGroups;
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
    return documents().groups;
  }

  /** {@code /apis/{group}} as {@code APIGroup}, or null if the group is not served. */
  public byte @Nullable [] group(String name) {
    return documents().group.get(name);
  }

  /**
   * {@code /api/v1} or {@code /apis/{group}/{version}} as {@code APIResourceList}, or null if it is
   * not served.
   *
   * @param group empty for the core group
   */
  public byte @Nullable [] resources(String group, String version) {
    return documents().resources.get(group.isEmpty() ? version : group + "/" + version);
  }

  /** {@code /version}. */
  public byte[] version() {
    return documents().version;
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
    // Upstream tells where the kind belongs only for custom types.
    boolean custom = type.customObjects() != null;
    String group = custom ? type.group() : "";
    String version = custom ? type.version() : "";
    responseKind(resource, group, version, type.kind());
    resource.put("scope", type.namespaced() ? "Namespaced" : "Cluster");
    resource.put("singularResource", type.singular());
    strings(resource, "verbs", verbs(type));
    strings(resource, "shortNames", type.shortNames());
    strings(resource, "categories", type.categories());
    if (!type.subresources().isEmpty()) {
      ArrayNode subresources = resource.putArray("subresources");
      for (Subresource sub : type.subresources().values()) {
        ObjectNode node = subresources.addObject().put("subresource", sub.name());
        GroupVersionKind kind = foreign(type, sub);
        responseKind(
            node,
            kind == null ? group : kind.group(),
            kind == null ? version : kind.version(),
            sub.kind());
        strings(node, "verbs", sub.verbs());
      }
    }
    return resource;
  }

  /** A resource whose definition is being deleted has no objects to be made or changed. */
  private static Collection<String> verbs(ResourceType type) {
    CustomObjects custom = type.customObjects();
    return custom != null && custom.terminating() ? TERMINATING : type.verbs();
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
    // upstream's list of the core group has no apiVersion
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
      strings(resource, "verbs", verbs(type));
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

  /** The kind of a subresource whose group or version differs from its resource's, else null. */
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
    String minor = Integer.toString(MINOR);
    return NODES
        .objectNode()
        .put("major", MAJOR)
        .put("minor", minor)
        .put("emulationMajor", MAJOR)
        .put("emulationMinor", minor)
        .put("minCompatibilityMajor", MAJOR)
        .put("minCompatibilityMinor", Integer.toString(MINOR - 1))
        .put("gitVersion", "v" + KUBERNETES_VERSION + "+rheo-" + serverVersion)
        .put("gitCommit", "")
        .put("gitTreeState", "")
        .put("buildDate", "1970-01-01T00:00:00Z")
        .put("goVersion", "java" + Runtime.version().feature())
        .put("compiler", "javac")
        .put(
            "platform",
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT) + "/" + architecture());
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

  /** SHA-512 in upper-case hexadecimal, as upstream computes ETags. */
  static String hash(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-512").digest(content);
      return HexFormat.of().withUpperCase().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] bytes(JsonNode document) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      write(json, document);
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Written by hand: to start an ObjectMapper takes longer than everything else here. */
  private static void write(JsonGenerator json, JsonNode node) throws IOException {
    switch (node) {
      case ObjectNode object -> {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
          json.writeFieldName(field.getKey());
          write(json, field.getValue());
        }
        json.writeEndObject();
      }
      case ArrayNode array -> {
        json.writeStartArray();
        for (JsonNode element : array) {
          write(json, element);
        }
        json.writeEndArray();
      }
      case BooleanNode flag -> json.writeBoolean(flag.booleanValue());
      default -> json.writeString(node.textValue());
    }
  }
}
