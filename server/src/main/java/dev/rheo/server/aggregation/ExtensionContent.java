package dev.rheo.server.aggregation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.tree.Trees;
import dev.rheo.server.outbound.CallException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The objects of a namespace that extension API servers keep. As upstream, a namespace is not empty
 * while an extension cannot be asked. Thread-safe.
 */
public final class ExtensionContent {
  private static final System.Logger LOG = System.getLogger(ExtensionContent.class.getName());

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MAX_DOCUMENT = 4 << 20;

  /** How many objects are deleted one by one before it is looked whether others are left. */
  private static final int PAGE = 100;

  private static final byte[] OPTIONS =
      "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"propagationPolicy\":\"Background\"}"
          .getBytes(StandardCharsets.UTF_8);

  private static final Map<String, String> METADATA =
      Map.of(
          "Accept",
          "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json");

  private final Supplier<ApiServices> services;

  /**
   * @param services the APIServices in force
   */
  public ExtensionContent(Supplier<ApiServices> services) {
    this.services = services;
  }

  /** A namespaced resource whose objects can be deleted. */
  private record Resource(String path, boolean asCollection) {}

  /** An answer that is not what was asked for. */
  private static final class UnexpectedException extends Exception {
    private static final long serialVersionUID = 1L;

    UnexpectedException(String message) {
      super(message);
    }
  }

  /**
   * Deletes the objects of a namespace.
   *
   * @param stopped checked before each resource
   * @return whether none is left
   */
  public boolean delete(String namespace, BooleanSupplier stopped) {
    boolean empty = true;
    // An object is in all versions of its resource: the first version is enough.
    Set<String> seen = new HashSet<>();
    for (ApiService service : inOrder()) {
      Extension extension = service.extension();
      if (extension == null) {
        continue;
      }
      if (stopped.getAsBoolean() || !service.available()) {
        empty = false;
        continue;
      }
      try {
        for (Resource resource : resources(service, extension, namespace, seen)) {
          empty &= !stopped.getAsBoolean() && deleted(extension, resource);
        }
      } catch (CallException | UnexpectedException | MalformedException e) {
        LOG.log(
            Level.DEBUG,
            "namespace {0} is not emptied of what {1} has: {2}",
            namespace,
            service.name(),
            e.getMessage());
        empty = false;
      }
    }
    return empty;
  }

  private List<ApiService> inOrder() {
    return services.get().all().stream()
        .sorted(Comparator.comparingInt(ApiService::versionPriority).reversed())
        .toList();
  }

  private static List<Resource> resources(
      ApiService service, Extension extension, String namespace, Set<String> seen)
      throws CallException, UnexpectedException {
    String version = "/apis/" + service.group() + "/" + service.version();
    return Trees.objects(get(extension, version), "resources").stream()
        .filter(each -> Trees.flag(each, "namespaced") && !Trees.text(each, "name").contains("/"))
        .filter(each -> Trees.strings(each, "verbs").containsAll(List.of("delete", "list")))
        .filter(each -> seen.add(service.group() + "/" + Trees.text(each, "name")))
        .map(
            each ->
                new Resource(
                    version + "/namespaces/" + namespace + "/" + Trees.text(each, "name"),
                    Trees.strings(each, "verbs").contains("deletecollection")))
        .toList();
  }

  /** Deletes the objects of one resource; returns whether none is left. */
  private static boolean deleted(Extension extension, Resource resource)
      throws CallException, UnexpectedException {
    if (resource.asCollection()) {
      delete(extension, resource.path());
    } else {
      for (String name : names(extension, resource, PAGE)) {
        delete(extension, resource.path() + "/" + name);
      }
    }
    return names(extension, resource, 1).isEmpty();
  }

  private static List<String> names(Extension extension, Resource resource, int most)
      throws CallException, UnexpectedException {
    JsonNode list = get(extension, resource.path() + "?limit=" + most);
    return Trees.objects(list, "items").stream().map(Trees::name).limit(most).toList();
  }

  private static ObjectNode get(Extension extension, String path)
      throws CallException, UnexpectedException {
    FetchedDocument answer = extension.fetch(path, METADATA, MAX_DOCUMENT, PATIENCE);
    if (answer.status() != 200) {
      throw new UnexpectedException("GET " + path + ": " + answer.status());
    }
    return ObjectDecoder.decode(answer.body(), ObjectDecoder.MAX_DEPTH).tree();
  }

  private static void delete(Extension extension, String path)
      throws CallException, UnexpectedException {
    int status = extension.delete(path, OPTIONS, PATIENCE);
    if (status >= 300 && status != 404) {
      throw new UnexpectedException("DELETE " + path + ": " + status);
    }
  }
}
