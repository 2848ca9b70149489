package dev.rheo.cel.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.cel.value.CelNull;
import dev.rheo.cel.value.Uint;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Objects of the API as values: views, of which only what an expression reads is converted. */
public final class Json {
  private Json() {}

  public static Object value(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> new Members((ObjectNode) node);
      case ARRAY -> new Elements((ArrayNode) node);
      case STRING -> node.textValue();
      case BOOLEAN -> node.booleanValue();
      case NUMBER -> number(node);
      default -> CelNull.NULL;
    };
  }

  private static Object number(JsonNode node) {
    if (node.isIntegralNumber()) {
      if (node.canConvertToLong()) {
        return node.longValue();
      }
      return node.bigIntegerValue().signum() > 0 && node.bigIntegerValue().bitLength() <= Long.SIZE
          ? new Uint(node.bigIntegerValue().longValue())
          : node.doubleValue();
    }
    return node.doubleValue();
  }

  private static final class Elements extends AbstractList<Object> {
    private final ArrayNode array;

    Elements(ArrayNode array) {
      this.array = array;
    }

    @Override
    public Object get(int index) {
      return value(array.get(index));
    }

    @Override
    public int size() {
      return array.size();
    }
  }

  private static final class Members extends AbstractMap<Object, Object> {
    private final ObjectNode object;

    Members(ObjectNode object) {
      this.object = object;
    }

    @Override
    public boolean containsKey(Object key) {
      return key instanceof String name && object.has(name);
    }

    @Override
    public @Nullable Object get(Object key) {
      JsonNode node = key instanceof String name ? object.get(name) : null;
      return node == null ? null : value(node);
    }

    @Override
    public int size() {
      return object.size();
    }

    @Override
    public Set<Map.Entry<Object, Object>> entrySet() {
      return new AbstractSet<>() {
        @Override
        public Iterator<Map.Entry<Object, Object>> iterator() {
          Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator();
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return members.hasNext();
            }

            @Override
            public Map.Entry<Object, Object> next() {
              Map.Entry<String, JsonNode> next = members.next();
              return Map.entry(next.getKey(), value(next.getValue()));
            }
          };
        }

        @Override
        public int size() {
          return object.size();
        }
      };
    }
  }
}
