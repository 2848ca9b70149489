package dev.rheo.resource.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.rheo.api.name.GroupVersionKind;
import dev.rheo.resource.type.CustomObjects;
import dev.rheo.resource.type.GroupVersionPriority;
import dev.rheo.resource.type.GroupVersionPriority.GroupVersion;
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
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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

  private static final JsonFactory JSON = new JsonFactory();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final String REGISTRATION = "apiregistration.k8s.io";

  private static final List<String> TERMINATING =
      List.of("delete", "deletecollection", "get", "list", "watch");

  private final Supplier<ResourceRegistry> served;
  private final Supplier<@Nullable List<Registration>> registered;
  private final Supplier<List<ExtensionVersion>> extensions;
  private final byte[] version;
  private volatile @Nullable Own own;
  private volatile @Nullable Groups groups;
  private volatile @Nullable Aggregated aggregated;

  /** What this server tells of the resources that it serves itself. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Own(
      ResourceRegistry of,
      Document aggregatedCore,
      Map<String, byte[]> group,
      Map<String, byte[]> resources) {}

  /** The groups of the APIServices. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Groups(List<Registration> of, byte[] all, Map<String, byte[]> group) {}

  /** All named groups with their resources. */
  private record Aggregated(ResourceRegistry of, List<ExtensionVersion> with, Document document) {}

  /**
   * @param served the registry in force
   * @param registered the APIServices in force; another list if anything about it has changed. Null
   *     if there are none, and every group that is served is told
   * @param extensions what is known of extension API servers; another list if it has changed
   * @param serverVersion version of this server, served as build metadata of the Kubernetes version
   *     so that clients parse a version that they know: {@code v1.36.3+rheo-0.1.0}
   */
  public Discovery(
      Supplier<ResourceRegistry> served,
      Supplier<@Nullable List<Registration>> registered,
      Supplier<List<ExtensionVersion>> extensions,
      String serverVersion) {
    this.served = served;
    this.registered = registered;
    this.extensions = extensions;
    this.version = bytes(ServerVersion.document(serverVersion));
  }

  /** Discovery of a server without APIServices. */
  public Discovery(Supplier<ResourceRegistry> served, String serverVersion) {
    this(served, () -> null, List::of, serverVersion);
  }

  /** Built on first use to shorten startup. Two threads may both build it, which does no harm. */
  private Own own() {
    ResourceRegistry registry = served.get();
    Own made = own;
    if (made == null || made.of != registry) {
      made = own(registry);
      own = made;
    }
    return made;
  }

  private static Own own(ResourceRegistry registry) {
    Map<String, byte[]> group = new HashMap<>();
    Map<String, byte[]> resources = new HashMap<>();
    ArrayNode core = NODES.arrayNode();
    byGroup(registry)
        .forEach(
            (name, versions) -> {
              versions.forEach(
                  (v, types) ->
                      resources.put(
                          name.isEmpty() ? v : name + "/" + v,
                          bytes(resourceList(types.getFirst(), types))));
              if (name.isEmpty()) {
                ArrayNode list = groupDiscovery(core, name);
                versions.forEach((v, types) -> versionDiscovery(list, v, types));
              } else {
                group.put(name, groupDocument(apiGroup(name, versions.keySet())));
              }
            });
    return new Own(registry, aggregated(core), group, resources);
  }

  private static Map<String, Map<String, List<ResourceType>>> byGroup(ResourceRegistry registry) {
    Map<String, Map<String, List<ResourceType>>> all = new LinkedHashMap<>();
    for (ResourceType type : registry.all()) {
      all.computeIfAbsent(type.group(), any -> new LinkedHashMap<>())
          .computeIfAbsent(type.version(), any -> new ArrayList<>())
          .add(type);
    }
    return all;
  }

  private Groups registeredGroups() {
    List<Registration> all = registered.get();
    if (all == null) {
      return groups(ofServed(served.get()));
    }
    Groups made = groups;
    if (made == null || made.of != all) {
      made = groups(all);
      groups = made;
    }
    return made;
  }

  private static Groups groups(List<Registration> all) {
    ArrayNode list = NODES.arrayNode();
    Map<String, byte[]> group = new HashMap<>();
    // No APIService stands for the group of the APIServices.
    list.add(apiGroup(REGISTRATION, List.of("v1")));
    GroupOrder.ofRegistrations(all)
        .forEach(
            (name, versions) -> {
              if (!name.isEmpty()) {
                ObjectNode one =
                    apiGroup(name, versions.stream().map(Registration::version).toList());
                list.add(one);
                group.put(name, groupDocument(one));
              }
            });
    ObjectNode document = NODES.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
    return new Groups(all, bytes(document.set("groups", list)), group);
  }

  private static List<Registration> ofServed(ResourceRegistry registry) {
    List<Registration> all = new ArrayList<>();
    byGroup(registry)
        .forEach(
            (group, versions) ->
                versions.forEach(
                    (v, types) -> {
                      if (!group.equals(REGISTRATION)) {
                        all.add(
                            new Registration(
                                v + "." + group, group, v, priority(types.getFirst())));
                      }
                    }));
    return all;
  }

  private static GroupVersionPriority priority(ResourceType type) {
    return type.customObjects() == null
        ? GroupVersionPriority.ofBuiltIn(type.group(), type.version())
        : GroupVersionPriority.CUSTOM;
  }

  private Aggregated aggregatedNow() {
    ResourceRegistry registry = served.get();
    List<ExtensionVersion> with = extensions.get();
    Aggregated made = aggregated;
    if (made == null || made.of != registry || made.with != with) {
      made = new Aggregated(registry, with, aggregated(named(registry, with)));
      aggregated = made;
    }
    return made;
  }

  private static ArrayNode named(ResourceRegistry registry, List<ExtensionVersion> extensions) {
    List<GroupOrder.Placed<Consumer<ArrayNode>>> all = new ArrayList<>();
    Set<GroupVersion> elsewhere = new HashSet<>();
    for (ExtensionVersion each : extensions) {
      elsewhere.add(new GroupVersion(each.group(), each.version()));
      all.add(
          new GroupOrder.Placed<>(
              each.group(), each.version(), each.priority(), list -> versionOf(list, each)));
    }
    byGroup(registry)
        .forEach(
            (group, versions) ->
                versions.forEach(
                    (v, types) -> {
                      if (!group.isEmpty() && !elsewhere.contains(new GroupVersion(group, v))) {
                        all.add(
                            new GroupOrder.Placed<>(
                                group,
                                v,
                                priority(types.getFirst()),
                                list -> versionDiscovery(list, v, types)));
                      }
                    }));
    ArrayNode named = NODES.arrayNode();
    GroupOrder.ofVersions(all)
        .forEach(
            (group, versions) -> {
              ArrayNode list = groupDiscovery(named, group);
              versions.forEach(each -> each.content().accept(list));
            });
    return named;
  }

  /** {@code /api} as {@code APIGroupDiscoveryList} of {@code apidiscovery.k8s.io/v2}. */
  public Document aggregatedCore() {
    return own().aggregatedCore;
  }

  /** {@code /apis} as {@code APIGroupDiscoveryList} of {@code apidiscovery.k8s.io/v2}. */
  public Document aggregatedGroups() {
    return aggregatedNow().document;
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
    return registeredGroups().all;
  }

  /** {@code /apis/{group}} as {@code APIGroup}, or null if the group is not served. */
  public byte @Nullable [] group(String name) {
    byte[] registered = registeredGroups().group.get(name);
    return registered == null ? own().group.get(name) : registered;
  }

  /**
   * {@code /api/v1} or {@code /apis/{group}/{version}} as {@code APIResourceList}, or null if this
   * server does not serve it itself.
   *
   * @param group empty for the core group
   */
  public byte @Nullable [] resources(String group, String version) {
    return own().resources.get(group.isEmpty() ? version : group + "/" + version);
  }

  /** {@code /version}. */
  public byte[] version() {
    return version;
  }

  /** Adds a group, and returns the list of its versions. */
  private static ArrayNode groupDiscovery(ArrayNode groups, String name) {
    ObjectNode group = groups.addObject();
    ObjectNode metadata = group.putObject("metadata");
    if (!name.isEmpty()) {
      metadata.put("name", name);
    }
    return group.putArray("versions");
  }

  private static void versionDiscovery(ArrayNode list, String v, List<ResourceType> types) {
    ObjectNode version = list.addObject().put("version", v);
    ArrayNode resources = version.putArray("resources");
    types.forEach(type -> resources.add(resourceDiscovery(type)));
    version.put("freshness", "Current");
  }

  private static void versionOf(ArrayNode list, ExtensionVersion extension) {
    ObjectNode version = list.addObject().put("version", extension.version());
    if (!extension.resources().isEmpty()) {
      version.putRawValue("resources", new RawValue(extension.resources()));
    }
    version.put("freshness", extension.current() ? "Current" : "Stale");
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

  private static byte[] groupDocument(ObjectNode group) {
    ObjectNode document = NODES.objectNode().put("kind", "APIGroup").put("apiVersion", "v1");
    document.setAll(group);
    return bytes(document);
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
      case POJONode raw -> json.writeRawValue(((RawValue) raw.getPojo()).rawValue().toString());
      case BooleanNode flag -> json.writeBoolean(flag.booleanValue());
      default -> json.writeString(node.textValue());
    }
  }
}
