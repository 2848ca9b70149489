package dev.rheo.resource.type;

import dev.rheo.codec.json.SelectableField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The served resources, and the collections in which their objects are stored. Immutable. */
public final class ResourceRegistry {
  private record Key(String group, String version, String plural) {}

  private final Map<Key, ResourceType> types = new LinkedHashMap<>();
  private final Map<String, StoredResource> stored = new LinkedHashMap<>();

  private static final class BuiltIn {
    static final ResourceRegistry INSTANCE = new ResourceRegistry();
  }

  /** The resources that kube-apiserver serves with default flags, in the order of discovery. */
  public static ResourceRegistry builtIn() {
    return BuiltIn.INSTANCE;
  }

  /**
   * The resource at {@code /api/v1/{plural}} or {@code /apis/{group}/{version}/{plural}}, or null.
   *
   * @param group empty for the core group
   */
  public @Nullable ResourceType find(String group, String version, String plural) {
    return types.get(new Key(group, version, plural));
  }

  /** Whether any version of the group is served. */
  public boolean servesGroup(String group) {
    return types.keySet().stream().anyMatch(key -> key.group().equals(group));
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

  private ResourceRegistry() {
    List<ResourceTable.Row> rows = ResourceTable.read();
    StorageTable storage = new StorageTable();
    for (ResourceTable.Row row : rows) {
      String name = row.groupResource().toString();
      StorageTable.Entry entry = storage.entries.get(name);
      if (entry == null || stored.containsKey(name)) {
        continue;
      }
      String apiVersion = storage.versions.getOrDefault(name, row.apiVersion());
      stored.put(
          name,
          new StoredResource(
              name,
              row.groupResource(),
              "/registry/" + (entry.key.isEmpty() ? row.plural() : entry.key) + "/",
              apiVersion,
              row.kind(),
              row.namespaced(),
              List.copyOf(entry.fields)));
    }
    for (ResourceTable.Row row : rows) {
      String name = row.groupResource().toString();
      String storedName = storage.views.getOrDefault(name, name);
      StorageTable.Entry entry = storage.entries.get(storedName);
      boolean view = !storedName.equals(name);
      FieldLabels labels =
          new FieldLabels(
              row,
              entry == null || view
                  ? List.of()
                  : entry.fields.stream().map(SelectableField::name).toList(),
              storage.aliases.getOrDefault(name, Map.of()),
              storage.wordings.getOrDefault(name, ""));
      types.put(
          new Key(row.group(), row.version(), row.plural()),
          new ResourceType(
              row, stored.get(storedName), entry == null ? Strategy.NONE : entry.strategy, labels));
    }
  }

  /** {@code storage.txt}, parsed; its maps are keyed by resource. */
  private static final class StorageTable {
    private static final class Entry {
      final String key;
      final Strategy strategy;
      final List<SelectableField> fields = new ArrayList<>();

      Entry(String key, Strategy strategy) {
        this.key = key;
        this.strategy = strategy;
      }
    }

    final Map<String, Entry> entries = new HashMap<>();
    final Map<String, String> versions = new HashMap<>();
    final Map<String, String> views = new HashMap<>();
    final Map<String, Map<String, String>> aliases = new HashMap<>();
    final Map<String, String> wordings = new HashMap<>();

    StorageTable() {
      FactTable.read(ResourceRegistry.class, "storage.txt", this::line);
    }

    private void line(String[] c) {
      switch (c[0]) {
        case "R" ->
            entries.put(c[1], new Entry(FactTable.text(c[2]), Strategy.parse(c[3], c[4], c[5])));
        case "V" -> versions.put(c[1], c[2]);
        case "A" -> views.put(c[1], c[2]);
        case "F" -> Objects.requireNonNull(entries.get(c[1])).fields.add(field(c));
        case "X" -> Objects.requireNonNull(entries.get(c[1])).fields.add(field(c).withIndex());
        case "L" -> aliases.computeIfAbsent(c[1], any -> new HashMap<>()).put(c[2], c[3]);
        case "M" -> wordings.put(c[1], c[2]);
        default -> throw new IllegalStateException(c[0]);
      }
    }

    private static SelectableField field(String[] c) {
      SelectableField.Kind kind =
          switch (c[3]) {
            case "S" -> SelectableField.Kind.STRING;
            case "B" -> SelectableField.Kind.BOOLEAN;
            case "I" -> SelectableField.Kind.INTEGER;
            default -> throw new IllegalStateException(c[3]);
          };
      List<List<String>> paths =
          Arrays.stream(c, 4, c.length).map(path -> List.of(path.split("\\."))).toList();
      return new SelectableField(c[2], paths, kind, kind.zero());
    }
  }
}
