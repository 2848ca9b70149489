package dev.rheo.schema.value;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.schema.tree.GoValues;
import java.util.List;

/**
 * Whether a value is one of an enumeration. It counts as one if Go converts it to one: an integer
 * equals the float of that value and the text of that code point, a float the integer that it is
 * truncated to.
 */
final class Enumerations {
  private static final int REPLACEMENT = 0xfffd;

  private Enumerations() {}

  static boolean has(List<JsonNode> allowed, JsonNode value) {
    for (JsonNode one : allowed) {
      if (is(one, value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean is(JsonNode allowed, JsonNode value) {
    if (!value.isNumber()) {
      return !allowed.isNull() && GoValues.same(value, allowed);
    }
    boolean integer = GoValues.isInteger(value);
    if (allowed.isTextual()) {
      return integer && allowed.textValue().equals(character(value.longValue()));
    }
    if (!allowed.isNumber()) {
      return false;
    }
    if (GoValues.isInteger(allowed)) {
      long converted = integer ? value.longValue() : NumberRules.truncated(value.doubleValue());
      return converted == allowed.longValue();
    }
    return value.doubleValue() == allowed.doubleValue();
  }

  private static String character(long code) {
    boolean valid =
        code >= 0
            && code <= Character.MAX_CODE_POINT
            && !(code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE);
    return Character.toString(valid ? (int) code : REPLACEMENT);
  }
}
