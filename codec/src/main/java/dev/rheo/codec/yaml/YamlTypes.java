package dev.rheo.codec.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.rheo.codec.io.Nodes;
import dev.rheo.codec.io.Truncated;
import dev.rheo.codec.value.Floats;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves scalars to values as upstream's reader (go.yaml.in/yaml/v2) does: plain ones may be
 * booleans, integers and floats of YAML 1.1, but not sexagesimal numbers; times are strings.
 */
final class YamlTypes {
  private static final String STANDARD = "tag:yaml.org,2002:";
  private static final Nodes NODES = Nodes.INSTANCE;

  /**
   * Longest number, in characters. Longer text is a string: no 64-bit integer or float needs it.
   */
  private static final int LONGEST_NUMBER = 400;

  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern DECIMAL = Pattern.compile("[0-9]+");
  private static final int DECIMAL_RADIX = 10;

  private YamlTypes() {}

  /** A value that JSON cannot express, that does not match its tag, or that exceeds a limit. */
  static final class TypeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TypeException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * The value of a scalar.
   *
   * @param tag null or {@code !} if there is none
   * @param plain whether the scalar is unquoted
   */
  static JsonNode resolve(@Nullable String tag, String text, boolean plain) {
    if (tag == null || tag.equals("!")) {
      return plain && tag == null ? implicit(text) : NODES.textNode(text);
    }
    String name = tag.startsWith(STANDARD) ? tag.substring(STANDARD.length()) : "";
    JsonNode value = implicit(text);
    boolean fits =
        switch (name) {
          case "bool" -> value.isBoolean();
          case "null" -> value.isNull();
          case "int" -> value.isIntegralNumber();
          case "float" -> value.isNumber();
          case "timestamp" -> value.isTextual();
          case "binary" -> {
            value = binary(text);
            yield true;
          }
          default -> {
            value = NODES.textNode(text);
            yield true;
          }
        };
    if (!fits) {
      throw new TypeException("cannot decode `" + Truncated.of(text) + "` as a !!" + name);
    }
    return value;
  }

  /** Like upstream, uses the decoded bytes as UTF-8 text, which loses most binary data. */
  private static JsonNode binary(String text) {
    try {
      byte[] data = Base64.getDecoder().decode(text.replaceAll("[\r\n]", ""));
      return NODES.textNode(new String(data, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new TypeException("!!binary value contains invalid base64 data");
    }
  }

  private static JsonNode implicit(String text) {
    switch (text) {
      case "", "~", "null", "Null", "NULL" -> {
        return NullNode.instance;
      }
      case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" -> {
        return BooleanNode.TRUE;
      }
      case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF" -> {
        return BooleanNode.FALSE;
      }
      case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF" -> throw unsupported(text);
      case "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF" -> throw unsupported(text);
      default -> {
        JsonNode number = number(text);
        return number == null ? NODES.textNode(text) : number;
      }
    }
  }

  private static TypeException unsupported(String text) {
    return new TypeException("json: unsupported value: " + text.toLowerCase(Locale.ROOT));
  }

  private static @Nullable JsonNode number(String text) {
    char first = text.charAt(0);
    boolean digit = first >= '0' && first <= '9';
    if ((!digit && first != '-' && first != '+' && first != '.')
        || text.length() > LONGEST_NUMBER) {
      return null;
    }
    if (first == '.') {
      return FLOAT.matcher(text).matches() ? floating(text) : null;
    }
    String plain = text.replace("_", "");
    BigInteger integer = integer(plain);
    if (integer != null) {
      if (integer.bitLength() < Long.SIZE) {
        return NODES.numberNode(integer.longValue());
      }
      if (integer.signum() > 0 && plain.charAt(0) != '+' && integer.bitLength() == Long.SIZE) {
        return BigIntegerNode.valueOf(integer);
      }
    }
    return FLOAT.matcher(plain).matches() ? floating(plain) : null;
  }

  /** As Go's {@code strconv.ParseInt} with base 0: decimal, or by the prefix 0x, 0o, 0, 0b. */
  private static @Nullable BigInteger integer(String text) {
    int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    String digits = text.substring(at);
    int radix = DECIMAL_RADIX;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      char base = Character.toLowerCase(digits.charAt(1));
      radix = base == 'x' ? 16 : base == 'b' ? 2 : 8;
      digits = digits.substring(base == 'x' || base == 'b' || base == 'o' ? 2 : 1);
    }
    if (digits.isEmpty() || digits.charAt(0) == '-' || digits.charAt(0) == '+') {
      return null;
    }
    if (radix == DECIMAL_RADIX && !DECIMAL.matcher(digits).matches()) {
      return null;
    }
    try {
      BigInteger value = new BigInteger(digits, radix);
      return text.charAt(0) == '-' ? value.negate() : value;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Upstream writes the float as JSON and reads it again, so that 1.0 becomes an integer. */
  private static @Nullable JsonNode floating(String text) {
    double value = Double.parseDouble(text);
    if (!Double.isFinite(value)) {
      return null;
    }
    String json = Floats.format(value);
    if (json.equals("-0")) {
      return NODES.numberNode(0);
    }
    if (DECIMAL.matcher(json.startsWith("-") ? json.substring(1) : json).matches()) {
      BigInteger integer = new BigInteger(json);
      return integer.bitLength() < Long.SIZE
          ? NODES.numberNode(integer.longValue())
          : BigIntegerNode.valueOf(integer);
    }
    return NODES.numberNode(value);
  }

  /**
   * A mapping key as the name of a JSON member.
   *
   * @param value the decoded key
   */
  static String key(JsonNode value) {
    if (value.isContainerNode()) {
      throw new TypeException("invalid map key");
    }
    if (value.isNull()) {
      throw new TypeException("unsupported map key of type: null");
    }
    return value.asText();
  }
}
