package dev.rheo.schema.tree;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.GoNumbers;
import dev.rheo.api.status.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as upstream holds it: a number without fraction and exponent that fits is an int64, any
 * other a float64, and the two never equal each other.
 */
public final class GoValues {
  /** Floats from here on may be written with an exponent. */
  private static final double EXACT_MAX = 1e18;

  private GoValues() {}

  /** Whether a value is null, or nothing at all. */
  public static boolean isNull(@Nullable JsonNode value) {
    return value == null || value.isNull() || value.isMissingNode();
  }

  /** Whether a number is an int64. */
  public static boolean isInteger(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToLong();
  }

  /** Whether two values are the same: reflect.DeepEqual. */
  public static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
    if (a == null || b == null || isNull(a) || isNull(b)) {
      return isNull(a) && isNull(b);
    }
    if (a == b) {
      return true;
    }
    if (a.getNodeType() != b.getNodeType()) {
      return false;
    }
    return switch (a.getNodeType()) {
      case OBJECT -> sameMembers(a, b);
      case ARRAY -> sameElements(a, b);
      case NUMBER -> sameNumber(a, b);
      case STRING -> a.textValue().equals(b.textValue());
      default -> a.equals(b);
    };
  }

  private static boolean sameMembers(JsonNode a, JsonNode b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<String, JsonNode> member : a.properties()) {
      JsonNode other = b.get(member.getKey());
      if (other == null || !same(member.getValue(), other)) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameElements(JsonNode a, JsonNode b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!same(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameNumber(JsonNode a, JsonNode b) {
    boolean integer = isInteger(a);
    return integer == isInteger(b)
        && (integer ? a.longValue() == b.longValue() : a.doubleValue() == b.doubleValue());
  }

  /**
   * A value as it is when it was written and is read again, which makes an int64 of a float64
   * without fraction. Changes objects and lists in place.
   */
  public static JsonNode reread(JsonNode value) {
    if (value instanceof ObjectNode object) {
      for (Map.Entry<String, JsonNode> member : object.properties()) {
        JsonNode reread = reread(member.getValue());
        if (reread != member.getValue()) {
          member.setValue(reread);
        }
      }
    } else if (value instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode reread = reread(array.get(i));
        if (reread != array.get(i)) {
          array.set(i, reread);
        }
      }
    } else if (value.isNumber() && !isInteger(value)) {
      double number = value.doubleValue();
      return Math.abs(number) < EXACT_MAX && number == Math.rint(number)
          ? LongNode.valueOf((long) number)
          : DoubleNode.valueOf(number);
    }
    return value;
  }

  /** What encoding/json writes: members by name, HTML characters escaped. */
  public static String json(JsonNode value) {
    StringBuilder out = new StringBuilder();
    write(value, false, out);
    return out.toString();
  }

  /** A text that is the same for values that are {@link #same}, and for no others. */
  public static String identity(JsonNode value) {
    StringBuilder out = new StringBuilder();
    write(value, true, out);
    return out.toString();
  }

  /**
   * @param typed whether 1 and 1.0 differ
   */
  private static void write(JsonNode value, boolean typed, StringBuilder out) {
    switch (value.getNodeType()) {
      case OBJECT -> {
        out.append('{');
        List<String> names = new ArrayList<>(value.size());
        value.fieldNames().forEachRemaining(names::add);
        names.sort(null);
        for (int i = 0; i < names.size(); i++) {
          out.append(i == 0 ? "" : ",").append(GoText.json(names.get(i))).append(':');
          write(((ObjectNode) value).path(names.get(i)), typed, out);
        }
        out.append('}');
      }
      case ARRAY -> {
        out.append('[');
        for (int i = 0; i < value.size(); i++) {
          out.append(i == 0 ? "" : ",");
          write(value.get(i), typed, out);
        }
        out.append(']');
      }
      case STRING -> out.append(GoText.json(value.textValue()));
      case NUMBER -> {
        if (isInteger(value)) {
          out.append(value.longValue());
        } else {
          double number = value.doubleValue();
          // zero has two signs, which are equal
          out.append(GoNumbers.json(typed && number == 0 ? 0 : number)).append(typed ? "f" : "");
        }
      }
      default -> out.append(value);
    }
  }
}
