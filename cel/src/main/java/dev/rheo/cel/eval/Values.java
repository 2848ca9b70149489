package dev.rheo.cel.eval;

import dev.rheo.cel.value.Address;
import dev.rheo.cel.value.AddressRange;
import dev.rheo.cel.value.Bytes;
import dev.rheo.cel.value.CelNull;
import dev.rheo.cel.value.NamedFormat;
import dev.rheo.cel.value.ObjectValue;
import dev.rheo.cel.value.QuantityValue;
import dev.rheo.cel.value.SemanticVersion;
import dev.rheo.cel.value.Timestamp;
import dev.rheo.cel.value.TypeValue;
import dev.rheo.cel.value.Uint;
import dev.rheo.cel.value.Url;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all values have in common. A value is a {@link Boolean}, a {@link Long}, a {@link Uint}, a
 * {@link Double}, a {@link String}, {@link Bytes}, an {@link Timestamp}, a {@link Duration}, a
 * {@link List}, a {@link Map}, an {@link Optional}, {@link CelNull#NULL}, a {@link TypeValue}, an
 * {@link ObjectValue}, or of a type of Kubernetes.
 */
public final class Values {
  private static final double TWO_TO_63 = 0x1p63;
  private static final double TWO_TO_64 = 0x1p64;

  private Values() {}

  /** The name of a value's type, without parameters. */
  public static String typeOf(Object value) {
    return switch (value) {
      case Boolean b -> "bool";
      case Long l -> "int";
      case Uint u -> "uint";
      case Double d -> "double";
      case String s -> "string";
      case Bytes b -> "bytes";
      case Timestamp t -> "google.protobuf.Timestamp";
      case Duration d -> "google.protobuf.Duration";
      case List<?> l -> "list";
      case Map<?, ?> m -> "map";
      case Optional<?> o -> "optional_type";
      case CelNull n -> "null_type";
      case TypeValue t -> "type";
      case ObjectValue o -> o.type();
      case QuantityValue q -> "kubernetes.Quantity";
      case SemanticVersion v -> "kubernetes.Semver";
      case Url u -> "kubernetes.URL";
      case NamedFormat f -> "kubernetes.NamedFormat";
      case Address a -> "net.IP";
      case AddressRange r -> "net.CIDR";
      case Typed t -> t.typeName();
      case EvaluationException e -> "error"; // what takes the place of an element without a value
      default -> throw new IllegalArgumentException(value.getClass().getName());
    };
  }

  /** A value of a type that this package does not know, such as an authorizer. */
  public interface Typed {
    String typeName();
  }

  /**
   * A list or a map with an equality and a sum of its own, as a schema can demand them. Elements
   * that have no value are {@link EvaluationException}s.
   */
  public interface Own {
    /** Whether it equals another value, of which it is on the left. */
    boolean same(Object other) throws EvaluationException;

    /** The sum with another value. */
    default Object plus(Object other) throws EvaluationException {
      throw Implementation.noOverload();
    }
  }

  // equality and order

  /** What {@code a == b} is; not the same as {@code b == a} for {@link Own} values. */
  public static boolean same(Object a, Object b) throws EvaluationException {
    if (a == CelNull.NULL || b == CelNull.NULL) {
      return a == b;
    }
    if (a instanceof Own own) {
      return own.same(b);
    }
    if (isNumber(a) && isNumber(b)) {
      return compareNumbers(a, b) == 0;
    }
    return switch (a) {
      case List<?> one -> b instanceof List<?> other && sameLists(one, other);
      case Map<?, ?> one -> b instanceof Map<?, ?> other && sameMaps(one, other);
      case Optional<?> one ->
          b instanceof Optional<?> other
              && one.isPresent() == other.isPresent()
              && (one.isEmpty() || same(one.get(), other.orElseThrow()));
      case ObjectValue one ->
          b instanceof ObjectValue other
              && one.type().equals(other.type())
              && sameMaps(one.fields(), other.fields());
      default -> a.equals(b);
    };
  }

  /** As with cel-go, elements of which one cannot say whether they are equal are. */
  private static boolean isDifferent(Object a, Object b) {
    try {
      return !same(a, b);
    } catch (EvaluationException e) {
      return false;
    }
  }

  private static boolean sameLists(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (isDifferent(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameMaps(Map<?, ?> a, Map<?, ?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<?, ?> entry : a.entrySet()) {
      Object other = find(b, entry.getKey());
      if (other == null || isDifferent(entry.getValue(), other)) {
        return false;
      }
    }
    return true;
  }

  public static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Uint || value instanceof Double;
  }

  /** Less than, equal to, or greater than 0; {@link #UNORDERED} if one is not a number. */
  static int compareNumbers(Object a, Object b) {
    if (a instanceof Double x && b instanceof Double y) {
      return compareDoubles(x, y);
    }
    if (a instanceof Double x) {
      return compareToInteger(x, b);
    }
    if (b instanceof Double y) {
      int reverse = compareToInteger(y, a);
      return reverse == UNORDERED ? UNORDERED : -reverse;
    }
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    }
    if (a instanceof Uint x && b instanceof Uint y) {
      return x.compareTo(y);
    }
    if (a instanceof Long x) {
      return x < 0 || !((Uint) b).isSigned() ? -1 : Long.compare(x, ((Uint) b).bits());
    }
    return (Long) b < 0 || !((Uint) a).isSigned() ? 1 : Long.compare(((Uint) a).bits(), (Long) b);
  }

  static final int UNORDERED = 2;

  private static int compareDoubles(double x, double y) {
    return x < y ? -1 : x > y ? 1 : x == y ? 0 : UNORDERED;
  }

  private static int compareToInteger(double x, Object integer) {
    // As upstream does it, 2^53 + 1 is 2^53 here.
    return compareDoubles(
        x, integer instanceof Uint unsigned ? unsigned.toDouble() : (double) (Long) integer);
  }

  /**
   * Compares two values that have an order.
   *
   * @throws EvaluationException if they have none
   */
  static int compare(Object a, Object b) throws EvaluationException {
    if (isNumber(a) && isNumber(b)) {
      int order = compareNumbers(a, b);
      if (order == UNORDERED) {
        throw new EvaluationException("NaN values cannot be ordered");
      }
      return order;
    }
    if (a instanceof String x && b instanceof String y) {
      return compareTexts(x, y);
    }
    if (a instanceof Boolean x && b instanceof Boolean y) {
      return Boolean.compare(x, y);
    }
    if (a instanceof Bytes x && b instanceof Bytes y) {
      return x.compareTo(y);
    }
    if (a instanceof Timestamp x && b instanceof Timestamp y) {
      return x.compareTo(y);
    }
    if (a instanceof Duration x && b instanceof Duration y) {
      return x.compareTo(y);
    }
    throw new EvaluationException("no such overload");
  }

  /** By code points, as their bytes in UTF-8 are ordered. */
  private static int compareTexts(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean surrogates = Character.isSurrogate(x) != Character.isSurrogate(y);
        return (surrogates ? Character.isSurrogate(x) : x > y) ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  // maps

  /** The value of a key; null if the map has none. Numbers of different types are one key. */
  static @Nullable Object find(Map<?, ?> map, Object key) {
    Object found = map.get(key);
    if (found != null || !isNumber(key)) {
      return found;
    }
    if (key instanceof Long number && number >= 0) {
      return map.get(new Uint(number));
    }
    if (key instanceof Uint number && number.isSigned()) {
      return map.get(number.bits());
    }
    if (key instanceof Double number && number == Math.rint(number)) {
      if (number >= -TWO_TO_63 && number < TWO_TO_63) {
        Object signed = map.get((long) (double) number);
        return signed != null || number < 0 ? signed : map.get(new Uint((long) (double) number));
      }
      if (number >= TWO_TO_63 && number < TWO_TO_64) {
        return map.get(new Uint(new BigDecimal(number).longValue()));
      }
    }
    return null;
  }

  // sizes

  /** The size that a value has for its cost: characters, bytes, elements; else 1. */
  static long sizeOf(Object value) {
    return switch (value) {
      case String text -> text.codePointCount(0, text.length());
      case Bytes bytes -> bytes.size();
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      case Optional<?> optional -> optional.isPresent() ? sizeOf(optional.get()) : 1;
      case Address address -> address.size();
      case AddressRange range -> range.size();
      default -> 1;
    };
  }

  /** Whether it is what its type is without a value. */
  static boolean isZero(Object value) {
    return switch (value) {
      case Own o -> false;
      case Boolean b -> !b;
      case Long l -> l == 0;
      case Uint u -> u.bits() == 0;
      case Double d -> d == 0;
      case String s -> s.isEmpty();
      case Bytes b -> b.size() == 0;
      case List<?> l -> l.isEmpty();
      case Map<?, ?> m -> m.isEmpty();
      case Duration d -> d.isZero();
      case Timestamp t -> t.time().getEpochSecond() == ZERO_TIME && t.time().getNano() == 0;
      case CelNull n -> true;
      case ObjectValue o -> o.fields().isEmpty();
      default -> false;
    };
  }

  /** Go's zero time, the year 1. */
  private static final long ZERO_TIME = -62_135_596_800L;
}
