package dev.rheo.cel.type;

import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructTypeReference;
import dev.cel.common.types.TypeParamType;
import dev.cel.common.types.TypeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Types as text: {@code list(string)}, {@code map(string, dyn)}, {@code optional_type(int)}, {@code
 * kubernetes.Quantity}. cel-go writes them in two ways: a timestamp is a {@code
 * google.protobuf.Timestamp} where a type is named, and a {@code timestamp} in messages of its
 * compiler.
 */
public final class TypeNames {
  private static final Map<String, CelType> SIMPLE =
      Map.ofEntries(
          Map.entry("any", SimpleType.ANY),
          Map.entry("bool", SimpleType.BOOL),
          Map.entry("bytes", SimpleType.BYTES),
          Map.entry("double", SimpleType.DOUBLE),
          Map.entry("duration", SimpleType.DURATION),
          Map.entry("dyn", SimpleType.DYN),
          Map.entry("int", SimpleType.INT),
          Map.entry("null", SimpleType.NULL_TYPE),
          Map.entry("string", SimpleType.STRING),
          Map.entry("timestamp", SimpleType.TIMESTAMP),
          Map.entry("uint", SimpleType.UINT),
          Map.entry("net.IP", OpaqueType.create("net.IP")),
          Map.entry("net.CIDR", OpaqueType.create("net.CIDR")));

  private TypeNames() {}

  /** The name of a type, as kube-apiserver says what an expression evaluates to. */
  public static String of(CelType type) {
    return text(type, false);
  }

  /** The name of a type in the compiler's messages. */
  public static String inMessages(CelType type) {
    return text(type, true);
  }

  private static String text(CelType type, boolean message) {
    if (type instanceof NullableType wrapper) {
      return "wrapper(" + text(wrapper.targetType(), message) + ")";
    }
    return switch (type.kind()) {
      case ERROR -> "!error!";
      case ANY -> message ? "any" : "google.protobuf.Any";
      case NULL_TYPE -> message ? "null" : "null_type";
      case TIMESTAMP -> message ? "timestamp" : "google.protobuf.Timestamp";
      case DURATION -> message ? "duration" : "google.protobuf.Duration";
      case LIST -> withParameters("list", type.parameters(), message);
      case MAP -> withParameters("map", type.parameters(), message);
      case TYPE -> withParameters("type", type.parameters(), message);
      default -> withParameters(type.name(), type.parameters(), message);
    };
  }

  private static String withParameters(String name, List<CelType> parameters, boolean message) {
    return parameters.isEmpty()
        ? name
        : parameters.stream()
            .map(parameter -> text(parameter, message))
            .collect(Collectors.joining(", ", name + "(", ")"));
  }

  /**
   * The type of a name: {@code list(T)}, {@code optional(string)}. One capital letter is a type
   * parameter; a name with a dot is an object's, except for the opaque {@code net.IP} and {@code
   * net.CIDR}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static CelType parse(String name) {
    CelType simple = SIMPLE.get(name);
    if (simple != null) {
      return simple;
    }
    if (name.length() == 1 && Character.isUpperCase(name.charAt(0))) {
      return TypeParamType.create(name);
    }
    int open = name.indexOf('(');
    if (open < 0) {
      return StructTypeReference.create(name);
    }
    List<CelType> parameters = parseAll(name.substring(open + 1, name.length() - 1));
    return switch (name.substring(0, open)) {
      case "list" -> ListType.create(parameters.get(0));
      case "map" -> MapType.create(parameters.get(0), parameters.get(1));
      case "optional" -> OptionalType.create(parameters.get(0));
      case "type" -> TypeType.create(parameters.get(0));
      default -> throw new IllegalArgumentException("no type " + name);
    };
  }

  /** The types of a list of names, {@code string, list(int)}. */
  static List<CelType> parseAll(String names) {
    List<CelType> types = new ArrayList<>();
    for (String name : split(names)) {
      types.add(parse(name));
    }
    return types;
  }

  /** Splits a list of names at the commas that are in no parentheses. */
  public static List<String> split(String names) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i <= names.length(); i++) {
      char c = i < names.length() ? names.charAt(i) : ',';
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      } else if (c == ',' && depth == 0) {
        String part = names.substring(start, i).strip();
        if (!part.isEmpty()) {
          parts.add(part);
        }
        start = i + 1;
      }
    }
    return parts;
  }

  /** Whether a value of the type has a size of one. */
  public static boolean isScalar(CelType type) {
    return switch (type.kind()) {
      case BOOL, DOUBLE, DURATION, INT, TIMESTAMP, UINT -> !(type instanceof NullableType);
      case OPAQUE ->
          type.name().equals(OptionalType.NAME)
              && !type.parameters().isEmpty()
              && isScalar(type.parameters().get(0));
      default -> false;
    };
  }

  /** Whether any value is accepted: dyn, or what is not known because of another fault. */
  public static boolean isDynamic(CelType type) {
    return type.kind() == CelKind.DYN || type.kind() == CelKind.ERROR;
  }
}
