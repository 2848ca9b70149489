package dev.rheo.schema.rule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cel.eval.EvaluationException;
import dev.rheo.cel.eval.Values;
import dev.rheo.cel.type.Names;
import dev.rheo.schema.Structural;
import dev.rheo.schema.tree.GoValues;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object or a map by its schema. Fields that the schema does not tell are only counted and
 * compared. The names of an object's fields are identifiers, and a null is an absent field; the
 * keys of a map are what they are.
 */
final class ObjectView extends AbstractMap<Object, Object> implements Values.Own {
  private final ObjectNode node;
  private final Structural schema;

  /** Whether it is a resource whose schema does not tell its metadata. */
  private final boolean lacksMeta;

  private final boolean object;

  ObjectView(ObjectNode node, Structural schema, boolean resource) {
    this.node = node;
    this.schema = schema;
    this.lacksMeta = resource && Metadata.isMissing(schema);
    this.object = resource || !schema.properties().isEmpty();
  }

  ObjectNode node() {
    return node;
  }

  /** The schema of a field or of the values of a map; null if there is none. */
  private @Nullable Structural schemaOf(String name) {
    if (!object) {
      return schema.additional().schema();
    }
    Structural known = lacksMeta ? Metadata.field(name) : null;
    return known != null ? known : schema.properties().get(name);
  }

  @Override
  public @Nullable Object get(Object key) {
    if (!(key instanceof String text)) {
      return new EvaluationException("no such overload");
    }
    String name = object ? Names.unescape(text) : text;
    JsonNode value = name == null ? null : node.get(name);
    if (name == null || value == null || (object && value.isNull())) {
      return null;
    }
    Structural known = schemaOf(name);
    return known == null ? null : SchemaValues.of(value, known);
  }

  @Override
  public boolean containsKey(Object key) {
    return get(key) != null;
  }

  @Override
  public int size() {
    return node.size();
  }

  @Override
  public boolean same(Object other) throws EvaluationException {
    if (!(other instanceof Map<?, ?> map)) {
      throw new EvaluationException("no such overload");
    }
    if (size() != map.size()) {
      return false;
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      if (schemaOf(name) == null) {
        if (!(map instanceof ObjectView view)) {
          throw new EvaluationException("no such overload");
        }
        JsonNode theirs = view.node.get(name);
        if (theirs != null && !GoValues.same(field.getValue(), theirs)) {
          return false;
        }
        continue;
      }
      Object mine = get(name);
      Object theirs = map.get(name);
      if (mine == null || theirs == null) {
        if (mine != theirs) {
          return false;
        }
      } else if (!ListView.sameElement(mine, theirs)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Set<Map.Entry<Object, Object>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<Object, Object>> iterator() {
        return new Entries();
      }

      @Override
      public int size() {
        return node.size();
      }
    };
  }

  private final class Entries implements Iterator<Map.Entry<Object, Object>> {
    private final Iterator<String> names = node.fieldNames();
    private @Nullable String next;

    @Override
    public boolean hasNext() {
      while (next == null && names.hasNext()) {
        String name = names.next();
        if (schemaOf(name) != null) {
          String identifier = object ? Names.escape(name) : name;
          next = identifier == null ? name : identifier;
        }
      }
      return next != null;
    }

    @Override
    public Map.Entry<Object, Object> next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      String key = next;
      next = null;
      return new Member(key);
    }
  }

  /** An entry whose value is converted when it is read. */
  private final class Member implements Map.Entry<Object, Object> {
    private final String key;

    Member(String key) {
      this.key = key;
    }

    @Override
    public Object getKey() {
      return key;
    }

    @Override
    public Object getValue() {
      Object value = get(key);
      return value == null ? new EvaluationException("no such key: " + key) : value;
    }

    @Override
    public Object setValue(Object value) {
      throw new UnsupportedOperationException();
    }
  }
}
