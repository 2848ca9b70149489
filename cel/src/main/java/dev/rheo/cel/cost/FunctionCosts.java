package dev.rheo.cel.cost;

import static dev.rheo.cel.cost.Prices.AUTHORIZATION;
import static dev.rheo.cel.cost.Prices.NEW_LIST;
import static dev.rheo.cel.cost.Prices.NEW_OBJECT;
import static dev.rheo.cel.cost.Prices.PER_CHARACTER;
import static dev.rheo.cel.cost.Prices.PER_REGEX_CHARACTER;
import static dev.rheo.cel.cost.Prices.REQUIREMENTS_PER_CHARACTER;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What calls of the functions cost that Kubernetes knows of, as {@code
 * k8s.io/apiserver/pkg/cel/library} and cel-go's extensions estimate it. Which expressions may be
 * written depends on these numbers, so upstream does not change them.
 */
final class FunctionCosts {

  private static final int NAMED_FORMAT_LENGTH = 128;
  private static final int FORMAT_NAME_LENGTH = 64;

  /** The bytes of an address. */
  private static final Range ADDRESS = new Range(4, 16);

  private final Sizes sizes;

  FunctionCosts(Sizes sizes) {
    this.sizes = sizes;
  }

  /** Null if the function is none of them. */
  @Nullable CallCost of(
      String function, String overload, @Nullable Operand target, List<Operand> args) {
    CallCost ofExtension = ofExtension(overload, target, args);
    if (ofExtension != null) {
      return ofExtension;
    }
    Operand first = args.isEmpty() ? null : args.get(0);
    switch (function) {
      case "check":
        return CallCost.of(Range.of(AUTHORIZATION));
      case "serviceAccount", "path", "group", "resource", "subresource", "namespace", "name":
      case "allowed", "reason", "error", "errored":
      case "masked", "prefixLength", "family", "isUnspecified", "isLoopback":
      case "isLinkLocalMulticast", "isLinkLocalUnicast", "isGlobalUnicast":
      case "format.named":
      case "sign", "asInteger", "isInteger", "asApproximateFloat", "isGreaterThan", "isLessThan":
      case "compareTo", "add", "sub", "major", "minor", "patch":
      case "getScheme", "getHostname", "getHost", "getPort", "getEscapedPath", "getQuery":
        return CallCost.ONE;
      case "fieldSelector", "labelSelector":
        return args.size() == 1 && first != null ? CallCost.of(selector(sizeOf(first))) : null;
      case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf":
        return target == null ? null : CallCost.of(traversal(target));
      case "url", "jsonpatch.escapeKey":
        return args.size() == 1 && first != null ? sameSize(sizeOf(first)) : null;
      case "lowerAscii", "upperAscii", "substring", "trim":
        return target == null ? null : sameSize(sizeOf(target));
      case "replace":
        return target != null && args.size() >= 2 ? replace(target, args) : null;
      case "split":
        return target == null ? null : split(target, args);
      case "join":
        return target == null ? null : join(target, first);
      case "find", "findAll":
        return target != null && first != null ? find(target, first) : null;
      case "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver":
        return first == null ? null : CallCost.of(sizeOf(first).times(PER_CHARACTER));
      case "ip":
        if (overload.equals("cidr_ip")) {
          return CallCost.ONE;
        }
        return first == null ? null : CallCost.of(sizeOf(first).times(PER_CHARACTER));
      case "ip.isCanonical":
        return first == null ? null : CallCost.of(sizeOf(first).times(2 * PER_CHARACTER));
      case "containsIP":
        return first == null ? null : containsIp(overload, first);
      case "containsCIDR":
        return first == null ? null : containsCidr(overload, first);
      case "validate":
        return first == null
            ? null
            : CallCost.of(
                sizeOf(first)
                    .times(PER_CHARACTER)
                    .times(NAMED_FORMAT_LENGTH * PER_REGEX_CHARACTER));
      case "_==_":
        return args.size() == 2 ? equality(args.get(0), args.get(1)) : null;
      default:
        return null;
    }
  }

  private Range sizeOf(Operand operand) {
    if (operand.size() != null) {
      return operand.size();
    }
    Range known = sizes.size(operand.path(), operand.type());
    return known == null ? Range.UNKNOWN : known;
  }

  private static CallCost sameSize(Range size) {
    return new CallCost(size.times(PER_CHARACTER), size);
  }

  private static Range selector(Range length) {
    Range requirements =
        length.times(REQUIREMENTS_PER_CHARACTER).times((double) (NEW_LIST + NEW_OBJECT));
    return Range.of(NEW_LIST).plus(length.times(PER_CHARACTER)).plus(requirements);
  }

  /** An element of a list that stands for all; null if it is no list. */
  private static @Nullable Operand elementOf(Operand list) {
    if (list.type().parameters().isEmpty()) {
      return null;
    }
    List<String> path = list.path();
    if (!path.isEmpty()) {
      path = new ArrayList<>(path);
      path.add("@items");
    }
    return new Operand(path, list.type().parameters().get(0), null, null);
  }

  private Range traversal(Operand target) {
    Operand element = elementOf(target);
    if (element == null) {
      return sizeOf(target).times(PER_CHARACTER); // a text, which has an indexOf, too
    }
    CelKind kind = element.type().kind();
    Range each =
        kind == CelKind.STRING || kind == CelKind.BYTES
            ? Range.ONE.plus(sizeOf(element).times(PER_CHARACTER))
            : Range.ONE;
    return sizeOf(target).times(each);
  }

  private CallCost replace(Operand target, List<Operand> args) {
    Range text = sizeOf(target);
    Range replaced = sizeOf(args.get(0));
    Range by = sizeOf(args.get(1));
    long most;
    long keptAtMost = 0;
    if (replaced.min() == 0) {
      most = Range.plus(text.max(), 1); // between all characters
      keptAtMost = text.max();
    } else if (Long.compareUnsigned(by.max(), replaced.min()) <= 0) {
      most = 0;
      keptAtMost = text.max();
    } else {
      most = ceilOfQuotient(text.max(), replaced.min());
    }
    long least;
    long keptAtLeast = 0;
    if (replaced.max() == 0) {
      least = Range.plus(text.min(), 1);
      keptAtLeast = text.min();
    } else if (Long.compareUnsigned(replaced.max(), by.min()) <= 0) {
      least = 0;
      keptAtLeast = text.min();
    } else {
      least = ceilOfQuotient(text.min(), replaced.max());
    }
    Range size = new Range(least, most).times(by).plus(new Range(keptAtLeast, keptAtMost));
    return new CallCost(text.times(2 * PER_CHARACTER), size);
  }

  private static long ceilOfQuotient(long a, long b) {
    double quotient = Math.ceil(Range.toDouble(a) / Range.toDouble(b));
    return quotient >= 0x1p63 ? Range.UNBOUNDED : (long) quotient;
  }

  private CallCost split(Operand target, List<Operand> args) {
    Range text = sizeOf(target);
    long most = text.max();
    if (args.size() > 1) {
      CelExpr limit = args.get(1).expr();
      if (limit != null
          && limit.getKind() == Kind.CONSTANT
          && limit.constant().getKind() == CelConstant.Kind.INT64_VALUE) {
        most = limit.constant().int64Value();
      }
    }
    return new CallCost(text.times(2 * PER_CHARACTER), new Range(0, most));
  }

  private CallCost join(Operand target, @Nullable Operand separator) {
    Range list = sizeOf(target);
    Operand element = elementOf(target);
    Range size = element == null ? Range.ZERO : list.times(sizeOf(element));
    if (separator != null) {
      Range separators =
          new Range(list.min() == 0 ? 0 : list.min() - 1, list.max() == 0 ? 0 : list.max() - 1);
      size = size.plus(sizeOf(separator).times(separators));
    }
    return sameSize(size);
  }

  private CallCost find(Operand target, Operand regex) {
    Range text = sizeOf(target);
    Range ofText = text.plus(Range.ONE).times(PER_CHARACTER);
    Range ofRegex = sizeOf(regex).times(PER_REGEX_CHARACTER);
    return new CallCost(ofText.times(ofRegex), new Range(0, text.max()));
  }

  private CallCost containsIp(String overload, Operand other) {
    Range cost = ADDRESS.plus(ADDRESS).times(PER_CHARACTER);
    return CallCost.of(
        overload.equals("cidr_contains_ip_string")
            ? cost.plus(sizeOf(other).times(PER_CHARACTER))
            : cost);
  }

  private CallCost containsCidr(String overload, Operand other) {
    Range cost =
        ADDRESS
            .plus(ADDRESS)
            .times(PER_CHARACTER)
            .plus(ADDRESS.times(PER_CHARACTER))
            .plus(Range.ONE);
    return CallCost.of(
        overload.equals("cidr_contains_cidr_string")
            ? cost.plus(sizeOf(other).times(PER_CHARACTER))
            : cost);
  }

  private static @Nullable CallCost equality(Operand left, Operand right) {
    CelType type = left.type();
    if (!type.equals(right.type())) {
      return null;
    }
    return switch (type.name()) {
      case "net.IP", "net.CIDR" -> CallCost.ONE;
      case "kubernetes.Quantity",
          "kubernetes.Semver",
          "kubernetes.authorization.Authorizer",
          "kubernetes.authorization.PathCheck",
          "kubernetes.authorization.GroupCheck",
          "kubernetes.authorization.ResourceCheck",
          "kubernetes.authorization.Decision" ->
          CallCost.ONE;
      case "kubernetes.NamedFormat" ->
          CallCost.of(new Range(1, FORMAT_NAME_LENGTH).times(PER_CHARACTER));
      case "kubernetes.URL" -> {
        long longest = right.size() == null ? 1 : right.size().max(); // as upstream, of one side
        yield CallCost.of(new Range(1, longest).times(PER_CHARACTER));
      }
      default -> null;
    };
  }

  // cel-go's sets and lists

  private @Nullable CallCost ofExtension(
      String overload, @Nullable Operand target, List<Operand> args) {
    switch (overload) {
      case "list_sets_contains_list", "list_sets_intersects_list":
        return CallCost.of(pairs(args, 1));
      case "list_sets_equivalent_list":
        return CallCost.of(pairs(args, 2));
      case "lists_range":
        return newList(1, Range.of(number(args.get(0), Range.UNBOUNDED)));
      default:
        break;
    }
    if (target == null) {
      return null;
    }
    Range list = sizeOf(target);
    switch (overload) {
      case "list_slice":
        return newList(1, Range.of(number(args.get(1), list.max()) - number(args.get(0), 0)));
      case "list_reverse":
        return newList(1, list);
      case "list_flatten":
        return newList(1, list);
      case "list_flatten_int":
        return newList(Range.toDouble(number(args.get(0), Range.UNBOUNDED)), list);
      case "list_distinct":
        return newList(2, list.times(list));
      default:
        break;
    }
    if (overload.endsWith("_sort")) {
      return newList(comparison(overload), list.times(list));
    }
    if (overload.endsWith("_sortByAssociatedKeys")) {
      Range keys = sizeOf(args.get(0));
      return newList(comparison(overload), keys.times(keys));
    }
    return null;
  }

  private static double comparison(String overload) {
    boolean text = overload.startsWith("list_string_") || overload.startsWith("list_bytes_");
    return text ? 2 + PER_CHARACTER : 2;
  }

  private Range pairs(List<Operand> args, double factor) {
    return sizeOf(args.get(0)).times(sizeOf(args.get(1))).times(factor).plus(Range.ONE);
  }

  private static CallCost newList(double perElement, Range size) {
    return new CallCost(size.times(perElement).plus(Range.ONE).plus(Range.of(NEW_LIST)), size);
  }

  private static long number(Operand operand, long otherwise) {
    CelExpr expr = operand.expr();
    return expr != null
            && expr.getKind() == Kind.CONSTANT
            && expr.constant().getKind() == CelConstant.Kind.INT64_VALUE
        ? Math.max(expr.constant().int64Value(), 0)
        : otherwise;
  }
}
