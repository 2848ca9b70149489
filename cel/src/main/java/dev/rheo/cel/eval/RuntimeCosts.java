package dev.rheo.cel.eval;

import static dev.rheo.cel.cost.Prices.AUTHORIZATION;
import static dev.rheo.cel.cost.Prices.NEW_LIST;
import static dev.rheo.cel.cost.Prices.NEW_OBJECT;
import static dev.rheo.cel.cost.Prices.PER_CHARACTER;
import static dev.rheo.cel.cost.Prices.PER_REGEX_CHARACTER;
import static dev.rheo.cel.cost.Prices.REQUIREMENTS_PER_CHARACTER;

import dev.rheo.cel.value.Address;
import dev.rheo.cel.value.AddressRange;
import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.NamedFormat;
import dev.rheo.cel.value.QuantityValue;
import dev.rheo.cel.value.SemanticVersion;
import dev.rheo.cel.value.Url;
import java.util.List;
import java.util.Map;

/**
 * What calls cost with the arguments that they have, as {@code k8s.io/apiserver/pkg/cel/library}
 * and cel-go count it.
 */
final class RuntimeCosts {

  private RuntimeCosts() {}

  /** Whether the cost of a call follows from its result, not from its arguments. */
  static boolean isOfResult(String function, String overload) {
    return switch (function) {
      case "join", "slice", "lists.range" -> true;
      case "reverse" -> overload.equals("list_reverse");
      default -> false;
    };
  }

  /** The cost of a call that follows from its result. */
  static long ofResult(String function, Object result) {
    long size = Values.sizeOf(result);
    return function.equals("join") ? ceil(size * 2 * PER_CHARACTER) : newList(1, size);
  }

  /**
   * The cost of a call that follows from its arguments.
   *
   * @param overload empty if only the arguments tell which it is
   */
  static long ofArguments(String function, String overload, Object[] args) {
    switch (overload) {
      case "list_flatten":
        return newList(1, size(args, 0));
      case "list_flatten_int":
        return newList((Long) args[1], size(args, 0));
      case "list_distinct":
        return compared(args[0]);
      case "list_sets_contains_list", "list_sets_intersects_list":
        return 1 + size(args, 0) * size(args, 1);
      case "list_sets_equivalent_list":
        return 1 + size(args, 0) * size(args, 1) * 2;
      default:
        break;
    }
    if (overload.endsWith("_sort")) {
      return compared(args[0]);
    }
    if (overload.endsWith("_sortByAssociatedKeys")) {
      return compared(args[1]);
    }
    switch (function) {
      case "check":
        return AUTHORIZATION;
      case "fieldSelector", "labelSelector":
        return selector(size(args, 1));
      case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf":
        return traversal(args[0]);
      case "url", "lowerAscii", "upperAscii", "substring", "trim", "jsonpatch.escapeKey":
      case "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver":
        return ceil(size(args, 0) * PER_CHARACTER);
      case "replace", "split", "ip.isCanonical":
        return ceil(size(args, 0) * 2 * PER_CHARACTER);
      case "find", "findAll":
        return regex(size(args, 0), size(args, 1));
      case "ip":
        return overload.equals("cidr_ip") ? 1 : ceil(size(args, 0) * PER_CHARACTER);
      case "containsIP":
        return ceil(2 * size(args, 0) * PER_CHARACTER) + parsed(overload, args[1]);
      case "containsCIDR":
        return ceil(2 * size(args, 0) * PER_CHARACTER)
            + ceil(size(args, 0) * PER_CHARACTER)
            + 1
            + parsed(overload, args[1]);
      case "validate":
        return args[0] instanceof NamedFormat format
            ? ceil((1 + size(args, 1)) * PER_CHARACTER)
                * ceil(format.regexSize() * PER_REGEX_CHARACTER)
            : 1;
      case "_==_":
        return isOfKubernetes(args[0]) ? 1 : compared(args);
      case "_!=_":
        return compared(args);
      default:
        return ofStandard(overload, args);
    }
  }

  private static long ofStandard(String overload, Object[] args) {
    switch (overload) {
      case "starts_with_string", "ends_with_string", "string_to_bytes", "bytes_to_string":
      case "strings_quote", "string_format":
        return ceil(size(args, 0) * PER_CHARACTER);
      case "in_list":
        return size(args, 1);
      case "less_string", "greater_string", "less_equals_string", "greater_equals_string":
      case "less_bytes", "greater_bytes", "less_equals_bytes", "greater_equals_bytes":
        return compared(args);
      case "add_string", "add_bytes":
        return ceil((size(args, 0) + size(args, 1)) * PER_CHARACTER);
      case "matches_string":
        return regex(size(args, 0), size(args, 1));
      case "contains_string":
        return ceil(size(args, 0) * PER_CHARACTER) * ceil(size(args, 1) * PER_CHARACTER);
      default:
        return 1;
    }
  }

  private static long size(Object[] args, int index) {
    return Values.sizeOf(args[index]);
  }

  private static long ceil(double cost) {
    return (long) Math.ceil(cost);
  }

  private static long newList(double perElement, long elements) {
    return (long) (elements * perElement) + 1 + NEW_LIST;
  }

  /** All elements of a list with each other. */
  private static long compared(Object list) {
    long size = Values.sizeOf(list);
    Object first = list instanceof List<?> elements && size > 0 ? elements.get(0) : 0L;
    boolean text = first instanceof String || first instanceof Bytes;
    return newList(text ? 2 + PER_CHARACTER : 2, size * size);
  }

  /** Two values with each other. */
  private static long compared(Object[] args) {
    return ceil(Math.min(size(args, 0), size(args, 1)) * PER_CHARACTER);
  }

  private static long regex(long text, long regex) {
    return ceil((1 + text) * PER_CHARACTER) * ceil(regex * PER_REGEX_CHARACTER);
  }

  private static long parsed(String overload, Object other) {
    return overload.endsWith("_string") ? ceil(Values.sizeOf(other) * PER_CHARACTER) : 0;
  }

  private static long selector(long length) {
    long requirements = ceil(length * REQUIREMENTS_PER_CHARACTER);
    return NEW_LIST + ceil(length * PER_CHARACTER) + requirements * (NEW_LIST + NEW_OBJECT);
  }

  private static boolean isOfKubernetes(Object value) {
    return value instanceof QuantityValue
        || value instanceof Address
        || value instanceof AddressRange
        || value instanceof NamedFormat
        || value instanceof Url
        || value instanceof SemanticVersion
        || value instanceof Values.Typed;
  }

  private static long traversal(Object value) {
    return switch (value) {
      case String text -> (long) (Texts.bytes(text) * PER_CHARACTER);
      case Bytes bytes -> (long) (bytes.size() * PER_CHARACTER);
      case List<?> list -> {
        long cost = 0;
        for (Object each : list) {
          cost += traversal(each);
        }
        yield cost;
      }
      case Map<?, ?> map -> {
        long cost = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          cost += traversal(entry.getKey()) + traversal(entry.getValue());
        }
        yield cost;
      }
      default -> 1;
    };
  }
}
