package dev.rheo.merge.path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import dev.rheo.api.status.GoNumbers;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.tree.Trees;
import java.util.Map;

/** Order, equality and text of JSON values, as upstream's {@code value} package has them. */
public final class Scalars {
  private Scalars() {}

  /** Whole numbers as long, all others as double; what is no number stays as it is. */
  static JsonNode normal(JsonNode value) {
    if (!value.isNumber() || value instanceof LongNode) {
      return value;
    }
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      return LongNode.valueOf(value.longValue());
    }
    double number = value.doubleValue();
    return number == Math.rint(number) && Math.abs(number) < 1L << 53
        ? LongNode.valueOf((long) number)
        : DoubleNode.valueOf(number);
  }

  /** Whether two values are equal: members in any order, numbers by their value. */
  public static boolean equal(JsonNode a, JsonNode b) {
    if (a.isNumber() && b.isNumber()) {
      return compareNumbers(a, b) == 0;
    }
    if (a.getNodeType() != b.getNodeType() || a.size() != b.size()) {
      return false;
    }
    if (a.isArray()) {
      for (int i = 0; i < a.size(); i++) {
        if (!equal(a.get(i), b.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (a.isObject()) {
      for (var member : a.properties()) {
        JsonNode other = b.get(member.getKey());
        if (other == null || !equal(member.getValue(), other)) {
          return false;
        }
      }
      return true;
    }
    return a.equals(b);
  }

  /** Numbers before strings before booleans before lists before maps before null. */
  static int compare(JsonNode a, JsonNode b) {
    int rank = Integer.compare(rank(a), rank(b));
    if (rank != 0) {
      return rank;
    }
    return switch (a.getNodeType()) {
      case NUMBER -> compareNumbers(a, b);
      case STRING -> names(a.textValue(), b.textValue());
      case BOOLEAN -> Boolean.compare(a.booleanValue(), b.booleanValue());
      // Lists and maps identify nothing that upstream accepts; any total order will do.
      case ARRAY, OBJECT -> names(Trees.identity(a), Trees.identity(b));
      default -> 0;
    };
  }

  private static int rank(JsonNode value) {
    return switch (value.getNodeType()) {
      case NUMBER -> 0;
      case STRING -> 1;
      case BOOLEAN -> 2;
      case ARRAY -> 3;
      case OBJECT -> 4;
      default -> 5;
    };
  }

  private static int compareNumbers(JsonNode a, JsonNode b) {
    return a.isIntegralNumber()
            && b.isIntegralNumber()
            && a.canConvertToLong()
            && b.canConvertToLong()
        ? Long.compare(a.longValue(), b.longValue())
        : Double.compare(a.doubleValue(), b.doubleValue());
  }

  /** Compares texts by their UTF-8 bytes, which differs from Java's order beyond U+FFFF. */
  static int names(String a, String b) {
    int shared = Math.min(a.length(), b.length());
    for (int i = 0; i < shared; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean xHigh = Character.isSurrogate(x);
        boolean yHigh = Character.isSurrogate(y);
        return xHigh == yHigh ? Character.compare(x, y) : xHigh ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** The value as messages show it: texts quoted as in Go, lists and maps without quotes. */
  public static String text(JsonNode value) {
    if (!value.isContainerNode()) {
      return switch (value.getNodeType()) {
        case STRING -> GoText.quote(value.textValue());
        case NUMBER ->
            value.isIntegralNumber() && value.canConvertToLong()
                ? value.asText()
                : GoNumbers.general(value.doubleValue());
        default -> value.toString();
      };
    }
    StringBuilder out = new StringBuilder();
    append(out, value);
    return out.toString();
  }

  private static void append(StringBuilder out, JsonNode value) {
    if (value.isObject()) {
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        out.append(member.getKey()).append('=');
        append(out, member.getValue());
      }
    } else if (value.isArray()) {
      out.append('[');
      for (int i = 0; i < value.size(); i++) {
        out.append(i == 0 ? "" : ",");
        append(out, value.get(i));
      }
      out.append(']');
    } else {
      out.append(text(value));
    }
  }
}
