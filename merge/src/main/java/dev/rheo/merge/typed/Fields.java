package dev.rheo.merge.typed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.io.Meter;
import dev.rheo.merge.path.FieldSet;
import dev.rheo.merge.path.PathElement;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The set of the fields that a value has: those that a manager owns who applies the value. */
public final class Fields {
  private final FieldSet.Builder set = new FieldSet.Builder();
  private final List<PathElement> path = new ArrayList<>();

  private Fields() {}

  public static FieldSet of(JsonNode value, MergeType type) {
    long mark = Meter.mark();
    Fields fields = new Fields();
    fields.visit(value, type);
    FieldSet set = fields.set.build();
    FieldSet.left(mark, set);
    return set;
  }

  /**
   * The set with each declared field that has members below it as a member, too.
   *
   * @param type null if nothing is known of the value
   */
  public static FieldSet withNamedFields(FieldSet set, @Nullable MergeType type) {
    return set.withMembers(new NamedFields(type));
  }

  private record NamedFields(@Nullable MergeType type) implements FieldSet.Rule {
    @Override
    public boolean becomesMember(PathElement element) {
      MapShape map = type == null ? null : type.map();
      return map != null
          && element instanceof PathElement.Field(String name)
          && map.field(name) != null;
    }

    @Override
    public FieldSet.Rule below(PathElement element) {
      if (type == null) {
        return this;
      }
      ListShape list = type.list();
      return new NamedFields(
          element instanceof PathElement.Field(String name)
              ? type.member(name)
              : element instanceof PathElement.Key && list != null ? list.element() : null);
    }
  }

  private void add(PathElement element) {
    path.add(element);
    set.add(path);
    path.removeLast();
  }

  private void visit(JsonNode value, MergeType type) {
    MergeType kind = type.of(value);
    MapShape map = kind.map();
    ListShape list = kind.list();
    if (map != null) {
      if (map.atomic()) {
        set.add(path);
      } else {
        visitMap(value, map);
      }
    } else if (kind.scalar() != null || list == null || !list.associative()) {
      set.add(path);
    } else {
      visitList(value, list);
    }
  }

  private void visitMap(JsonNode value, MapShape map) {
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      MergeType field = map.field(entry.getKey());
      MergeType type = field == null ? map.element() : field;
      JsonNode child = entry.getValue();
      path.add(new PathElement.Field(entry.getKey()));
      if (type != null) {
        visit(child, type);
      }
      if (field == null || child.isNull() || (child.isObject() && child.isEmpty())) {
        set.add(path);
      }
      path.removeLast();
    }
  }

  private void visitList(JsonNode value, ListShape list) {
    TreeMap<PathElement, List<JsonNode>> elements = new TreeMap<>();
    for (JsonNode element : value) {
      try {
        elements
            .computeIfAbsent(Walk.identify(list, element), any -> new ArrayList<>(1))
            .add(element);
      } catch (Walk.UnidentifiedException e) {
        // Nothing identifies it, so nobody can own it.
        continue;
      }
    }
    elements.forEach(
        (element, values) -> {
          // What is there more than once is owned as a whole.
          if (values.size() == 1) {
            path.add(element);
            visit(values.getFirst(), list.element());
            path.removeLast();
          }
          add(element);
        });
  }
}
