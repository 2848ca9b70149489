package dev.rheo.cel.eval;

import dev.rheo.api.net.Ip;
import dev.rheo.cel.value.Address;
import dev.rheo.cel.value.AddressRange;
import dev.rheo.cel.value.NamedFormat;
import dev.rheo.cel.value.QuantityValue;
import dev.rheo.cel.value.SemanticVersion;
import dev.rheo.cel.value.Url;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The functions of quantities, URLs, addresses, versions and formats. */
final class KubernetesFunctions {
  private KubernetesFunctions() {}

  static void register(Map<String, Implementation> functions) {
    quantities(functions);
    urls(functions);
    addresses(functions);
    formats(functions);
    versions(functions);
  }

  /** A function that parses a text, and one that tells whether it can be. */
  private static Object parse(Object text, Function<String, Object> parser)
      throws EvaluationException {
    try {
      return parser.apply(Texts.text(text));
    } catch (IllegalArgumentException e) {
      throw new EvaluationException(String.valueOf(e.getMessage()));
    }
  }

  private static boolean parses(Object text, Function<String, Object> parser)
      throws EvaluationException {
    try {
      Object ignored = parser.apply(Texts.text(text));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static <T> T as(Class<T> type, Object value) throws EvaluationException {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    throw Implementation.noOverload();
  }

  // quantities, and what versions share with them

  private static void quantities(Map<String, Implementation> functions) {
    functions.put("quantity", args -> parse(args[0], QuantityValue::parse));
    functions.put("isQuantity", args -> parses(args[0], QuantityValue::parse));
    functions.put("sign", args -> quantity(args[0]).sign());
    functions.put("asApproximateFloat", args -> quantity(args[0]).toDouble());
    functions.put("isInteger", args -> quantity(args[0]).isInteger());
    functions.put("asInteger", args -> integer(quantity(args[0])));
    functions.put("add", args -> sum(quantity(args[0]), addend(args[1])));
    functions.put("sub", args -> sum(quantity(args[0]), addend(args[1]).negated()));
    functions.put("isGreaterThan", args -> compare(args) > 0);
    functions.put("isLessThan", args -> compare(args) < 0);
    functions.put("compareTo", args -> (long) compare(args));
  }

  private static QuantityValue quantity(Object value) throws EvaluationException {
    return as(QuantityValue.class, value);
  }

  private static QuantityValue addend(Object value) throws EvaluationException {
    return value instanceof Long number ? QuantityValue.of(number) : quantity(value);
  }

  private static Object integer(QuantityValue quantity) throws EvaluationException {
    try {
      return quantity.toInteger();
    } catch (IllegalArgumentException e) {
      throw new EvaluationException(String.valueOf(e.getMessage()));
    }
  }

  private static Object sum(QuantityValue a, QuantityValue b) throws EvaluationException {
    try {
      return a.plus(b);
    } catch (IllegalArgumentException e) {
      throw new EvaluationException(String.valueOf(e.getMessage()));
    }
  }

  private static int compare(Object[] args) throws EvaluationException {
    return args[0] instanceof SemanticVersion version
        ? version.compareTo(as(SemanticVersion.class, args[1]))
        : quantity(args[0]).compareTo(quantity(args[1]));
  }

  // URLs

  private static void urls(Map<String, Implementation> functions) {
    functions.put("url", args -> parse(args[0], Url::parse));
    functions.put("isURL", args -> parses(args[0], Url::parse));
    functions.put("getScheme", args -> url(args[0]).parsed().scheme());
    functions.put("getHost", args -> url(args[0]).parsed().host());
    functions.put("getHostname", args -> url(args[0]).parsed().hostName());
    functions.put("getPort", args -> url(args[0]).parsed().port());
    functions.put("getEscapedPath", args -> url(args[0]).parsed().escapedPath());
    functions.put("getQuery", args -> url(args[0]).parsed().queryValues());
  }

  private static Url url(Object value) throws EvaluationException {
    return as(Url.class, value);
  }

  // addresses

  private static void addresses(Map<String, Implementation> functions) {
    functions.put(
        "ip",
        args ->
            args[0] instanceof AddressRange range
                ? range.address()
                : parse(args[0], Address::parse));
    functions.put("isIP", args -> parses(args[0], Address::parse));
    functions.put(
        "ip.isCanonical", args -> parse(args[0], Address::parse).toString().equals(args[0]));
    functions.put("family", args -> address(args[0]).family());
    functions.put("isUnspecified", args -> ip(args[0]).isUnspecified());
    functions.put("isLoopback", args -> ip(args[0]).isLoopback());
    functions.put("isLinkLocalMulticast", args -> ip(args[0]).isLinkLocalMulticast());
    functions.put("isLinkLocalUnicast", args -> ip(args[0]).isLinkLocalUnicast());
    functions.put("isGlobalUnicast", args -> address(args[0]).isGlobalUnicast());
    functions.put("cidr", args -> parse(args[0], AddressRange::parse));
    functions.put("isCIDR", args -> parses(args[0], AddressRange::parse));
    functions.put("containsIP", KubernetesFunctions::containsAddress);
    functions.put("containsCIDR", KubernetesFunctions::containsRange);
    functions.put("prefixLength", args -> (long) range(args[0]).bits());
    functions.put("masked", args -> range(args[0]).masked());
  }

  private static Address address(Object value) throws EvaluationException {
    return as(Address.class, value);
  }

  private static Ip ip(Object value) throws EvaluationException {
    return address(value).ip();
  }

  private static AddressRange range(Object value) throws EvaluationException {
    return as(AddressRange.class, value);
  }

  private static Object containsAddress(Object[] args) throws EvaluationException {
    Object other = args[1] instanceof String ? parse(args[1], Address::parse) : args[1];
    return range(args[0]).contains(address(other));
  }

  private static Object containsRange(Object[] args) throws EvaluationException {
    Object other = args[1] instanceof String ? parse(args[1], AddressRange::parse) : args[1];
    return range(args[0]).contains(range(other));
  }

  // formats

  private static void formats(Map<String, Implementation> functions) {
    NamedFormat.all().forEach((name, format) -> functions.put("format." + name, args -> format));
    functions.put(
        "format.named", args -> Optional.ofNullable(NamedFormat.all().get(Texts.text(args[0]))));
    functions.put("validate", KubernetesFunctions::validate);
  }

  private static Object validate(Object[] args) throws EvaluationException {
    List<String> faults = as(NamedFormat.class, args[0]).faults().apply(Texts.text(args[1]));
    return faults.isEmpty() ? Optional.empty() : Optional.of(faults);
  }

  // versions

  private static void versions(Map<String, Implementation> functions) {
    functions.put("semver", args -> parse(args[0], parser(args)));
    functions.put("isSemver", args -> parses(args[0], parser(args)));
    functions.put("major", args -> version(args[0]).major());
    functions.put("minor", args -> version(args[0]).minor());
    functions.put("patch", args -> version(args[0]).patch());
  }

  private static Function<String, Object> parser(Object[] args) throws EvaluationException {
    boolean normalized = args.length > 1 && Arithmetic.asBool(args[1]);
    return normalized ? SemanticVersion::parseNormalized : SemanticVersion::parse;
  }

  private static SemanticVersion version(Object value) throws EvaluationException {
    return as(SemanticVersion.class, value);
  }
}
