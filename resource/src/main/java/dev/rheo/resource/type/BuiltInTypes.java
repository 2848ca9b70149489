package dev.rheo.resource.type;

import dev.rheo.codec.json.SelectableField;
import dev.rheo.codec.schema.ObjectType;
import dev.rheo.codec.schema.TypeTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * The resources that kube-apiserver serves with default flags, read from the fact tables {@code
 * resources.txt} and {@code storage.txt}.
 */
public final class BuiltInTypes {
  private final TypeTable types;
  private final Function<ObjectType, Defaults> defaults;
  private final Function<String, WriteRules> rules;

  /** By Go name: a type has one set of defaults, whether it is served or stored. */
  private final Map<String, Defaults> made = new HashMap<>();

  private BuiltInTypes(
      TypeTable types,
      Function<ObjectType, Defaults> defaults,
      Function<String, WriteRules> rules) {
    this.types = types;
    this.defaults = defaults;
    this.rules = rules;
  }

  /**
   * Reads the tables.
   *
   * @param types the schemas of all kinds in the tables
   * @param defaults makes the defaults of a kind
   * @param rules finds the rules for writes of a stored resource by its name
   * @return the resources, in the order of discovery
   */
  public static List<ResourceType> read(
      TypeTable types,
      Function<ObjectType, Defaults> defaults,
      Function<String, WriteRules> rules) {
    return new BuiltInTypes(types, defaults, rules).read();
  }

  private List<ResourceType> read() {
    List<ResourceInfo> rows = ResourceTable.read(types);
    StorageTable storage = new StorageTable();
    Map<String, StoredResource> stored = new HashMap<>();
    for (ResourceInfo row : rows) {
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
              schema(apiVersion, row.kind()),
              row.namespaced(),
              List.copyOf(entry.fields),
              rules.apply(name)));
    }
    List<ResourceType> all = new ArrayList<>();
    for (ResourceInfo row : rows) {
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
      StoredResource collection = stored.get(storedName);
      Schema schema = schema(row.apiVersion(), row.kind());
      all.add(
          new ResourceType(
              row,
              schema,
              collection,
              BuiltInConversion.of(row, collection),
              entry == null ? Strategy.NONE : entry.strategy,
              labels));
    }
    return all;
  }

  private Schema schema(String apiVersion, String kind) {
    ObjectType object = Objects.requireNonNull(types.type(apiVersion, kind), kind);
    return new Schema(
        object,
        types.type(apiVersion, kind + "List"),
        made.computeIfAbsent(object.goName(), any -> defaults.apply(object)));
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
      FactTable.read(BuiltInTypes.class, "storage.txt", this::line);
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
