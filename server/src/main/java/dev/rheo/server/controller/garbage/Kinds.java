package dev.rheo.server.controller.garbage;

import dev.rheo.resource.type.ResourceRegistry;
import dev.rheo.resource.type.ResourceType;
import dev.rheo.server.controller.garbage.Facts.Owner;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The types of one registry, as garbage collection finds them. Immutable. */
final class Kinds {
  /** Objects that neither own nor are owned, as upstream. */
  private static final Set<String> IGNORED = Set.of("events");

  private record Kind(String apiVersion, String name) {}

  private final ResourceRegistry registry;
  private final Map<Kind, ResourceType> byKind = new HashMap<>();
  private final Map<String, ResourceType> followed = new LinkedHashMap<>();

  Kinds(ResourceRegistry registry) {
    this.registry = registry;
    for (ResourceType type : registry.all()) {
      if (!type.isStored()) {
        continue;
      }
      byKind.putIfAbsent(new Kind(type.apiVersion(), type.kind()), type);
      String name = type.storage().name();
      if (!IGNORED.contains(name)
          && type.verbs().contains("delete")
          && type.verbs().contains("list")
          && type.verbs().contains("watch")) {
        // An object is changed in the version in which it is stored, if that is served.
        followed.merge(
            name,
            type,
            (first, next) -> next.apiVersion().equals(next.storage().apiVersion()) ? next : first);
      }
    }
  }

  boolean isOf(ResourceRegistry other) {
    return registry == other;
  }

  /** One type of each collection whose objects may own or be owned, by the collection's name. */
  Map<String, ResourceType> followed() {
    return followed;
  }

  /** The type that an owner reference names, or null if none such is served. */
  @Nullable ResourceType of(Owner owner) {
    return byKind.get(new Kind(owner.apiVersion(), owner.kind()));
  }

  /** The key of an owner in its collection, as seen from a dependent in a namespace. */
  static String keyOf(ResourceType type, Owner owner, String namespace) {
    return type.namespaced() ? namespace + "/" + owner.name() : owner.name();
  }
}
