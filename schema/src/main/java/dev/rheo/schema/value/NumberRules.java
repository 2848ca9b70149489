package dev.rheo.schema.value;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import dev.rheo.api.status.GoNumbers;
import dev.rheo.schema.Restrictions;
import dev.rheo.schema.tree.GoValues;
import dev.rheo.schema.tree.Place;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Validates numbers as kube-openapi does. An integer is compared as int64, to which the limit is
 * truncated, unless the limit is out of the range of the type, which is a fault of every value and
 * makes the comparison one of float64.
 */
final class NumberRules {
  /** Integers beyond may not be exact. */
  private static final double EXACT_MAX = (1L << 53) - 1.0;

  private static final double EPSILON = 1e-9;
  private static final double TWO_TO_64 = 0x1p64;
  private static final double TWO_TO_63 = 0x1p63;

  private final ValueSchema schema;
  private final JsonNode value;
  private final boolean integer;
  private final String path;
  private final Outcome out;

  private NumberRules(ValueSchema schema, JsonNode value, String path, Outcome out) {
    this.schema = schema;
    this.value = value;
    this.integer = GoValues.isInteger(value);
    this.path = path;
    this.out = out;
  }

  static void check(ValueSchema schema, JsonNode value, Place place, Outcome out) {
    Restrictions own = schema.own;
    boolean limited = own.multipleOf() != null || own.minimum() != null || own.maximum() != null;
    if (limited || !inRange(value, type(schema), format(schema))) {
      new NumberRules(schema, value, place.text(), out).check(own);
    }
    out.pass();
  }

  /** The type that counts: none if there are several. */
  private static String type(ValueSchema schema) {
    String type = schema.types.size() == 1 ? schema.types.getFirst() : "";
    return type.equals("integer") || type.equals("number") ? type : "";
  }

  private static String format(ValueSchema schema) {
    String format = schema.format;
    return switch (type(schema)) {
      case "integer" -> format.equals("int32") || format.equals("int64") ? format : "";
      case "number" -> format.equals("float") || format.equals("double") ? format : "";
      default -> "";
    };
  }

  private void check(Restrictions own) {
    boolean ignored = range(value, "Checked");
    if (own.multipleOf() != null) {
      multiple(own.multipleOf());
    }
    if (own.minimum() != null) {
      limit(own.minimum(), own.exclusiveMinimum(), false);
    }
    if (own.maximum() != null) {
      limit(own.maximum(), own.exclusiveMaximum(), true);
    }
  }

  /** Demands that a number is in the range of the type and its format. */
  private boolean range(JsonNode number, String what) {
    String type = type(schema);
    String format = format(schema);
    if (inRange(number, type, format)) {
      return true;
    }
    out.add(
        Fault.whole(
            what
                + " value must be of type "
                + type
                + (format.isEmpty() ? " (default format)" : " with format " + format)
                + " in "
                + path));
    return false;
  }

  private static boolean inRange(JsonNode number, String type, String format) {
    if (type.equals("integer")) {
      BigInteger whole = whole(number);
      return whole != null
          && whole.bitLength() < (format.equals("int32") ? Integer.SIZE : Long.SIZE);
    }
    return !format.equals("float") || Float.isFinite((float) number.doubleValue());
  }

  /** The integer that the shortest digits of a number are; null if they are none. */
  private static @Nullable BigInteger whole(JsonNode number) {
    if (GoValues.isInteger(number)) {
      return BigInteger.valueOf(number.longValue());
    }
    BigDecimal digits = new BigDecimal(Double.toString(number.doubleValue())).stripTrailingZeros();
    return digits.scale() <= 0 ? digits.toBigInteger() : null;
  }

  private void multiple(double factor) {
    if (range(DoubleNode.valueOf(factor), "MultipleOf") && integer) {
      long whole = truncated(factor);
      if (whole <= 0) {
        notPositive(LongNode.valueOf(whole), Long.toString(whole));
      } else if (value.longValue() % whole != 0) {
        notMultiple(Long.toString(whole), value);
      }
      return;
    }
    double number = value.doubleValue();
    if (factor <= 0) {
      notPositive(DoubleNode.valueOf(factor), GoNumbers.general(factor));
    } else if (!isWhole(factor < 1 ? 1 / factor * number : number / factor)) {
      notMultiple(GoNumbers.general(factor), DoubleNode.valueOf(number));
    }
  }

  private void notPositive(JsonNode factor, String shown) {
    out.add(
        new Fault(
            Fault.Kind.INVALID,
            path,
            factor,
            "factor MultipleOf declared for " + path + " must be positive: " + shown,
            0,
            List.of()));
  }

  private void notMultiple(String factor, JsonNode number) {
    out.add(Fault.invalid(path, number, "in body should be a multiple of " + factor));
  }

  private void limit(double limit, boolean exclusive, boolean upper) {
    String what = upper ? "Maximum boundary" : "Minimum boundary";
    String relation = "in body should be " + (upper ? "less" : "greater") + " than ";
    String orEqual = exclusive ? "" : "or equal to ";
    if (range(DoubleNode.valueOf(limit), what) && integer) {
      long whole = truncated(limit);
      int order = Long.compare(value.longValue(), whole) * (upper ? 1 : -1);
      if (order > 0 || (exclusive && order == 0)) {
        out.add(Fault.invalid(path, value, relation + orEqual + whole));
      }
      return;
    }
    double number = value.doubleValue();
    boolean beyond = upper ? number > limit : number < limit;
    if (beyond || (exclusive && number == limit)) {
      out.add(
          Fault.invalid(
              path, DoubleNode.valueOf(number), relation + orEqual + GoNumbers.general(limit)));
    }
  }

  /** As amd64 converts a float64 to an int64: the least one if it does not fit. */
  static long truncated(double number) {
    return number >= -TWO_TO_63 && number < TWO_TO_63 ? (long) number : Long.MIN_VALUE;
  }

  /** Whether a float counts as an integer: it is one, or positive and near to the one below. */
  static boolean isWhole(double number) {
    if (!(Math.abs(number) <= EXACT_MAX)) {
      return false;
    }
    if (number == (long) number) {
      return true;
    }
    double below = (long) number; // as an unsigned integer
    if (below < 0) {
      below += TWO_TO_64;
    }
    return below != 0 && Math.abs(number - below) / (Math.abs(number) + below) < EPSILON;
  }
}
