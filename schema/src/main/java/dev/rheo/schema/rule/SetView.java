package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.cel.eval.EvaluationException;
import dev.rheo.schema.Structural;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A list of type {@code set}: the order of the elements does not matter. */
final class SetView extends ListView {
  SetView(List<?> elements, Structural items) {
    super(elements, items);
  }

  @Override
  public boolean same(Object other) throws EvaluationException {
    List<?> list = list(other);
    if (list.size() != size()) {
      return false;
    }
    Set<Object> mine = members();
    for (Object element : list) {
      if (!mine.contains(member(element))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Object plus(Object other) throws EvaluationException {
    Set<Object> members = members();
    List<Object> sum = new ArrayList<>(elements);
    for (Object element : list(other)) {
      if (members.add(member(element))) {
        sum.add(element);
      }
    }
    return new SetView(sum, items);
  }

  private Set<Object> members() throws EvaluationException {
    Set<Object> members = new HashSet<>();
    for (Object element : elements) {
      members.add(member(element));
    }
    return members;
  }

  /**
   * An element of a set, as upstream compares them: 1 is not 1.0, and the time that an expression
   * sees is not the text that the object has.
   */
  private static Object member(Object element) throws EvaluationException {
    Object raw = SchemaValues.raw(element);
    boolean list = raw instanceof List || (raw instanceof JsonNode node && node.isArray());
    if (list || raw instanceof Map || raw instanceof JsonNode) {
      throw new EvaluationException(
          "internal error: runtime error: hash of unhashable type "
              + (list ? "[]interface {}" : "map[string]interface {}"));
    }
    // Go's zeros are equal.
    return raw instanceof Double number ? number + 0.0 : raw;
  }
}
