package dev.rheo.merge.typed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.merge.path.PathElement;
import dev.rheo.merge.typed.MergeType.ListShape;
import dev.rheo.merge.typed.MergeType.MapShape;
import java.util.Map;
import java.util.TreeSet;

/** Checks that a value is of its type, as an applied configuration has to be. */
public final class Validator {
  private final Walk walk = new Walk();
  private final boolean duplicates;

  private Validator(boolean duplicates) {
    this.duplicates = duplicates;
  }

  /**
   * @param duplicates whether sets and associative lists may have several elements with one key
   * @throws TypedException if a field is not declared, or a value is not of its type
   */
  public static void validate(JsonNode value, MergeType type, boolean duplicates)
      throws TypedException {
    Validator validator = new Validator(duplicates);
    validator.visit(value, type);
    validator.walk.finish();
  }

  private void visit(JsonNode value, MergeType type) {
    MergeType kind = type.of(value);
    MapShape map = kind.map();
    ListShape list = kind.list();
    if (map != null) {
      visitMap(value, map);
    } else if (kind.scalar() != null) {
      String fault = Walk.scalarFault(kind.scalar(), value);
      if (fault != null) {
        walk.fault(fault);
      }
    } else if (list != null) {
      visitList(value, list);
    }
  }

  private void visitMap(JsonNode value, MapShape map) {
    if (value.isNull()) {
      return;
    }
    if (!value.isObject()) {
      walk.fault("expected map, got &{" + Walk.plain(value) + "}");
      return;
    }
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      if (!walk.member(entry.getKey(), map, type -> visit(entry.getValue(), type))) {
        return; // as upstream: of the undeclared fields of a map one is told
      }
    }
  }

  private void visitList(JsonNode value, ListShape list) {
    if (value.isNull()) {
      return;
    }
    if (!value.isArray()) {
      walk.fault("expected list, got &{" + Walk.plain(value) + "}");
      return;
    }
    TreeSet<PathElement> seen = new TreeSet<>();
    for (int i = 0; i < value.size(); i++) {
      PathElement element = new PathElement.Index(i);
      if (list.associative()) {
        try {
          element = Walk.identify(list, value.get(i));
        } catch (Walk.UnidentifiedException e) {
          walk.fault("element " + i + ": " + e.getMessage());
          return;
        }
        if (!seen.add(element) && !duplicates) {
          walk.fault("duplicate entries for key " + element);
        }
      }
      walk.path.add(element);
      visit(value.get(i), list.element());
      walk.path.removeLast();
    }
  }
}
