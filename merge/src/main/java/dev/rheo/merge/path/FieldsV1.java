package dev.rheo.merge.path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.io.MalformedException;
import dev.rheo.codec.io.Meter;
import dev.rheo.codec.json.ObjectDecoder;
import dev.rheo.codec.value.Floats;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Field sets as {@code metadata.managedFields} holds them, the format {@code FieldsV1}: an object
 * whose members are path elements. {@code f:name} is a field, {@code k:{…}} a list element by its
 * keys, {@code v:…} one by its value, {@code i:…} one by its index; {@code .} says that the object
 * which holds it is a member itself.
 */
public final class FieldsV1 {
  /** Heap of a member and of the object that is its value, in bytes. */
  private static final int MEMBER_BYTES = 216;

  private FieldsV1() {}

  /** A set that cannot be read; the message says why. */
  public static final class InvalidException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidException(String message) {
      super(message);
    }
  }

  /**
   * Reads a set. Elements of an unknown kind are left out, as a later version may know them.
   *
   * @throws InvalidException if a key is no path element, or a value is not an object
   */
  public static FieldSet read(JsonNode fields) throws InvalidException {
    long mark = Meter.mark();
    FieldSet.Builder builder = new FieldSet.Builder();
    read(fields, builder);
    FieldSet set = builder.build();
    FieldSet.left(mark, set);
    return set;
  }

  /** Returns whether the node is a member of the set. */
  private static boolean read(JsonNode fields, FieldSet.Builder builder) throws InvalidException {
    if (fields.isNull()) {
      return true;
    }
    if (!fields.isObject()) {
      throw new InvalidException("expect { or n, but found " + fields);
    }
    boolean member = false;
    boolean hasChildren = false;
    for (Map.Entry<String, JsonNode> entry : fields.properties()) {
      String key = entry.getKey();
      if (key.equals(".")) {
        member = true;
      } else if (key.length() < 2 || key.charAt(1) != ':') {
        throw new InvalidException(
            key.length() < 2 ? "key must be 2 characters long:" : "missing colon: " + key);
      } else if ("fvik".indexOf(key.charAt(0)) >= 0) {
        FieldSet.Builder child = builder.child(element(key));
        if (read(entry.getValue(), child)) {
          child.member();
        }
        hasChildren = true;
      }
    }
    return member || !hasChildren;
  }

  /** Whether a set has a path as a member. */
  public enum Owns {
    YES,
    NO,
    /** It may be there under another spelling of a list key: the set has to be read. */
    UNKNOWN
  }

  /** Looks a path up in a set without reading the set. */
  public static Owns owns(JsonNode fields, FieldPath path) {
    JsonNode at = fields;
    for (PathElement element : path.elements()) {
      JsonNode below = at.get(key(element));
      if (below == null) {
        return element instanceof PathElement.Field || !hasListKeys(at) ? Owns.NO : Owns.UNKNOWN;
      }
      at = below;
    }
    return at.isEmpty() || at.has(".") ? Owns.YES : Owns.NO;
  }

  private static boolean hasListKeys(JsonNode fields) {
    for (Map.Entry<String, JsonNode> entry : fields.properties()) {
      if (!entry.getKey().startsWith("f:") && !entry.getKey().equals(".")) {
        return true;
      }
    }
    return false;
  }

  private static PathElement element(String key) throws InvalidException {
    String content = key.substring(2);
    try {
      return switch (key.charAt(0)) {
        case 'f' -> new PathElement.Field(content);
        case 'v' -> new PathElement.Value(json(content));
        case 'i' -> new PathElement.Index(Integer.parseInt(content));
        default -> {
          JsonNode keys = json(content);
          if (!keys.isObject()) {
            throw new InvalidException("expect { after k:, but found " + content);
          }
          List<PathElement.Member> members = new ArrayList<>(keys.size());
          keys.properties()
              .forEach(
                  member ->
                      members.add(new PathElement.Member(member.getKey(), member.getValue())));
          yield new PathElement.Key(members);
        }
      };
    } catch (NumberFormatException e) {
      throw new InvalidException("invalid index: " + content);
    }
  }

  private static JsonNode json(String text) throws InvalidException {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return ObjectDecoder.decodeValue(bytes, 0, bytes.length, ObjectDecoder.MAX_DEPTH);
    } catch (MalformedException e) {
      throw new InvalidException("a key is no JSON: " + e.getMessage());
    }
  }

  /** Writes a set. The members of each object are in the order of the path elements. */
  public static ObjectNode write(FieldSet set) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    write(set, out);
    return out;
  }

  private static void write(FieldSet set, ObjectNode out) {
    Meter.charge(MEMBER_BYTES * (long) set.nodes().size());
    for (FieldSet.Node node : set.nodes()) {
      ObjectNode below = out.putObject(key(node.element()));
      if (node.member() && !node.children().isEmpty()) {
        below.putObject(".");
      }
      write(node.children(), below);
    }
  }

  private static String key(PathElement element) {
    return switch (element) {
      case PathElement.Field(String name) -> "f:" + name;
      case PathElement.Value(JsonNode value) -> "v:" + json(value);
      case PathElement.Index(int index) -> "i:" + index;
      case PathElement.Key(List<PathElement.Member> members) -> {
        StringBuilder text = new StringBuilder("k:{");
        for (PathElement.Member member : members) {
          text.append(text.length() == 3 ? "" : ",");
          text.append(JsonNodeFactory.instance.textNode(member.name())).append(':');
          text.append(json(member.value()));
        }
        yield text.append('}').toString();
      }
    };
  }

  /** As Go's encoder writes a value, which escapes what HTML would take for markup. */
  private static String json(JsonNode value) {
    if (value.isNumber() && !value.isIntegralNumber()) {
      return Floats.format(value.doubleValue());
    }
    return value.toString().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }
}
