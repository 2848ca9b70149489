package dev.rheo.resource.type;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of served resources, and the collections in which their objects are stored. Immutable; a
 * change makes another registry, and {@link ServedTypes} has the one that is in force.
 */
public final class ResourceRegistry {
  private record Key(String group, String version, String plural) {
    static Key of(ResourceType type) {
      return new Key(type.group(), type.version(), type.plural());
    }
  }

  private final Map<Key, ResourceType> types = new LinkedHashMap<>();
  private final Map<String, StoredResource> stored = new LinkedHashMap<>();
  private final Set<String> groups = new HashSet<>();
  private final int custom;

  /**
   * @param types in the order of discovery
   * @throws IllegalArgumentException if two types have the same path, or two collections the same
   *     name
   */
  public ResourceRegistry(Collection<ResourceType> types) {
    int customTypes = 0;
    for (ResourceType type : types) {
      customTypes += type.customObjects() == null ? 0 : 1;
      if (this.types.putIfAbsent(Key.of(type), type) != null) {
        throw new IllegalArgumentException("served twice: " + type);
      }
      if (type.customObjects() == null) {
        groups.add(type.group());
      }
      if (type.isStored()) {
        StoredResource collection = type.storage();
        StoredResource same = stored.putIfAbsent(collection.name(), collection);
        if (same != null && same != collection) {
          throw new IllegalArgumentException("stored twice: " + type);
        }
      }
    }
    this.custom = customTypes;
  }

  /** How many of the types are versions of custom resources. */
  public int custom() {
    return custom;
  }

  /**
   * The registry with one more type, at the end.
   *
   * @throws IllegalArgumentException if its path or its collection's name is taken
   */
  public ResourceRegistry with(ResourceType type) {
    List<ResourceType> more = new ArrayList<>(types.values());
    more.add(type);
    return new ResourceRegistry(more);
  }

  /** The registry without a type. */
  public ResourceRegistry without(ResourceType type) {
    List<ResourceType> fewer = new ArrayList<>(types.values());
    fewer.remove(type);
    return new ResourceRegistry(fewer);
  }

  /**
   * The registry with some types instead of others. The new ones are at the end, by group, version
   * and plural among those that were added before.
   *
   * @throws IllegalArgumentException if a path or the name of a collection is taken
   */
  public ResourceRegistry replacing(Collection<ResourceType> gone, Collection<ResourceType> added) {
    List<ResourceType> builtIn = new ArrayList<>();
    List<ResourceType> custom = new ArrayList<>();
    for (ResourceType type : types.values()) {
      if (!gone.contains(type)) {
        (type.customObjects() == null ? builtIn : custom).add(type);
      }
    }
    custom.addAll(added);
    custom.sort(
        Comparator.comparing(ResourceType::group)
            .thenComparing(ResourceType::version, ApiVersions.ORDER)
            .thenComparing(ResourceType::plural));
    builtIn.addAll(custom);
    return new ResourceRegistry(builtIn);
  }

  /** Whether this very type is served, not only one of the same path. */
  public boolean serves(ResourceType type) {
    return types.get(Key.of(type)) == type;
  }

  /**
   * The resource at {@code /api/v1/{plural}} or {@code /apis/{group}/{version}/{plural}}, or null.
   *
   * @param group empty for the core group
   */
  public @Nullable ResourceType find(String group, String version, String plural) {
    return types.get(new Key(group, version, plural));
  }

  /** Whether any version of the group is served, and has built-in resources. */
  public boolean servesBuiltIn(String group) {
    return groups.contains(group);
  }

  /**
   * The resource.
   *
   * @throws IllegalArgumentException if it is not served
   */
  public ResourceType get(String group, String version, String plural) {
    ResourceType type = find(group, version, plural);
    if (type == null) {
      throw new IllegalArgumentException(plural + "." + group + "/" + version);
    }
    return type;
  }

  /** All resources, in the order of discovery. */
  public Collection<ResourceType> all() {
    return Collections.unmodifiableCollection(types.values());
  }

  /** All collections of the store. */
  public List<StoredResource> stored() {
    return List.copyOf(stored.values());
  }

  /** The collection of that name ({@code deployments.apps}), or null. */
  public @Nullable StoredResource stored(String name) {
    return stored.get(name);
  }
}
