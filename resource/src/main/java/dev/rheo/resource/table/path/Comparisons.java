package dev.rheo.resource.table.path;

import com.fasterxml.jackson.databind.JsonNode;

/** Compares values as filters do: only those of one kind, and integers of both kinds. */
final class Comparisons {
  /** Two values that cannot be compared, or an operator that is none. */
  static final class IncomparableException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private enum Kind {
    BOOLEAN,
    INTEGER,
    FLOAT,
    TEXT
  }

  private Comparisons() {}

  static boolean holds(String operator, Object left, Object right) throws IncomparableException {
    return switch (operator) {
      case "==" -> compare(left, right, true) == 0;
      case "!=" -> compare(left, right, true) != 0;
      case "<" -> compare(left, right, false) < 0;
      case "<=" -> compare(left, right, false) <= 0;
      case ">" -> compare(left, right, false) > 0;
      case ">=" -> compare(left, right, false) >= 0;
      default -> throw new IncomparableException();
    };
  }

  private static int compare(Object left, Object right, boolean equality)
      throws IncomparableException {
    Kind kind = kind(left);
    if (kind != kind(right)) {
      throw new IncomparableException();
    }
    return switch (kind) {
      case INTEGER -> Long.compare(integer(left), integer(right));
      case FLOAT -> {
        double a = ((JsonNode) left).doubleValue();
        double b = ((JsonNode) right).doubleValue();
        yield a == b ? 0 : a < b ? -1 : 1;
      }
      case TEXT -> compare(((JsonNode) left).textValue(), ((JsonNode) right).textValue());
      case BOOLEAN -> {
        if (!equality) {
          throw new IncomparableException();
        }
        yield Boolean.compare(((JsonNode) left).booleanValue(), ((JsonNode) right).booleanValue());
      }
    };
  }

  private static Kind kind(Object value) throws IncomparableException {
    if (!(value instanceof JsonNode node)) {
      return Kind.INTEGER;
    }
    if (node.isTextual()) {
      return Kind.TEXT;
    }
    if (node.isBoolean()) {
      return Kind.BOOLEAN;
    }
    if (!node.isNumber()) {
      throw new IncomparableException();
    }
    return isInteger(node) ? Kind.INTEGER : Kind.FLOAT;
  }

  /** Whether upstream decodes the number to an integer. */
  private static boolean isInteger(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToLong();
  }

  private static long integer(Object value) {
    return switch (value) {
      case Long literal -> literal;
      case Byte part -> Byte.toUnsignedLong(part);
      default -> ((JsonNode) value).longValue();
    };
  }

  /** By code point, as UTF-8 is ordered. */
  private static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean surrogate = Character.isSurrogate(x);
        return surrogate == Character.isSurrogate(y) ? x - y : surrogate ? 1 : -1;
      }
    }
    return a.length() - b.length();
  }
}
