package dev.rheo.resource.defaults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.codec.value.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Derives pod-level resources and the QoS class from the resources of a pod's containers. */
public final class PodResources {
  private static final String HUGE_PAGES = "hugepages-";
  private static final BigDecimal KIBI = BigDecimal.valueOf(1024);

  /** Upper bound on the digits of a quantity before and after the decimal point. */
  private static final int MAX_MAGNITUDE = 30;

  private static final List<String> COMPUTE = List.of("cpu", "memory");

  private PodResources() {}

  /** A quantity; {@code binary} if it has a binary suffix such as {@code Ki}, which is kept. */
  private record Amount(BigDecimal value, boolean binary) {
    static @Nullable Amount parse(JsonNode quantity) {
      String text = quantity.asText().strip();
      int suffix = text.length();
      while (suffix > 0 && Character.isLetter(text.charAt(suffix - 1))) {
        suffix--;
      }
      String unit = text.substring(suffix);
      try {
        // 1e9 and 1E9 have an exponent, not the suffix E (exa)
        if (unit.isEmpty()) {
          return new Amount(bounded(new BigDecimal(text)), false);
        }
        BigDecimal number = new BigDecimal(text.substring(0, suffix));
        boolean binary = unit.endsWith("i");
        int power =
            binary
                ? "KMGTPE".indexOf(unit.charAt(0)) + 1
                : List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E").indexOf(unit) - 3;
        return new Amount(
            bounded(
                binary ? number.multiply(KIBI.pow(power)) : number.scaleByPowerOfTen(3 * power)),
            binary);
      } catch (ArithmeticException | NumberFormatException e) {
        return null; // not a quantity; validation refuses it
      }
    }

    /**
     * Clamps the magnitude, as a sum has as many digits as its exponents are apart: 1e600000000
     * counts as 1e30.
     */
    private static BigDecimal bounded(BigDecimal value) {
      long magnitude = (long) value.precision() - value.scale();
      if (value.signum() == 0) {
        return BigDecimal.ZERO;
      }
      if (magnitude > MAX_MAGNITUDE) {
        return BigDecimal.ONE.scaleByPowerOfTen(MAX_MAGNITUDE).multiply(sign(value));
      }
      return magnitude < -MAX_MAGNITUDE
          ? BigDecimal.ONE.scaleByPowerOfTen(-MAX_MAGNITUDE).multiply(sign(value))
          : value;
    }

    private static BigDecimal sign(BigDecimal value) {
      return BigDecimal.valueOf(value.signum());
    }

    /** The quantity in its canonical form, in whole thousandths as in all lists of resources. */
    String text() {
      String text =
          binary && value.remainder(KIBI).signum() == 0
              ? value.divide(KIBI).toBigInteger() + "Ki"
              : value.stripTrailingZeros().toPlainString();
      return Quantity.inThousandths(Quantity.canonical(text));
    }
  }

  /** Quantities by resource name. */
  private static final class Amounts {
    final Map<String, Amount> of = new TreeMap<>();

    void add(@Nullable ObjectNode quantities) {
      each(quantities, this::add);
    }

    void add(String name, Amount amount) {
      of.merge(name, amount, (a, b) -> new Amount(a.value.add(b.value), a.binary));
    }

    void max(Amounts other) {
      other.of.forEach(this::max);
    }

    /** Raises each amount to the given quantity plus that in {@code besides}. */
    void maxOf(@Nullable ObjectNode quantities, Amounts besides) {
      each(
          quantities,
          (name, amount) -> {
            Amount more = besides.of.get(name);
            max(
                name,
                more == null ? amount : new Amount(amount.value.add(more.value), amount.binary));
          });
    }

    private void max(String name, Amount amount) {
      of.merge(name, amount, (a, b) -> a.value.compareTo(b.value) >= 0 ? a : b);
    }

    private static void each(@Nullable ObjectNode quantities, BiConsumer<String, Amount> action) {
      if (quantities != null) {
        for (Map.Entry<String, JsonNode> entry : quantities.properties()) {
          Amount amount = Amount.parse(entry.getValue());
          if (amount != null) {
            action.accept(entry.getKey(), amount);
          }
        }
      }
    }
  }

  /**
   * Completes the pod-level requests and limits (KEP-2837), if there are any. Missing limits of
   * huge pages come from the containers. If there are limits, missing requests of CPU and memory
   * come from the containers, and further missing requests from the limits.
   */
  static void defaultPodLevel(ObjectNode spec) {
    ObjectNode resources = Trees.object(spec, "resources");
    if (resources == null
        || (Trees.isEmpty(resources, "limits") && Trees.isEmpty(resources, "requests"))) {
      return;
    }
    ObjectNode requests = Trees.object(resources, "requests");
    for (Map.Entry<String, Amount> limit : aggregate(spec, "limits").of.entrySet()) {
      String name = limit.getKey();
      if (name.startsWith(HUGE_PAGES)
          && (requests == null || !requests.has(name))
          && Trees.at(resources, "limits", name) == null) {
        Trees.need(resources, "limits").put(name, limit.getValue().text());
      }
    }
    ObjectNode limits = Trees.object(resources, "limits");
    if (limits == null || limits.isEmpty()) {
      return;
    }
    for (Map.Entry<String, Amount> request : aggregate(spec, "requests").of.entrySet()) {
      String name = request.getKey();
      if (COMPUTE.contains(name) && Trees.at(resources, "requests", name) == null) {
        Trees.need(resources, "requests").put(name, request.getValue().text());
      }
    }
    for (Map.Entry<String, JsonNode> limit : limits.properties()) {
      String name = limit.getKey();
      if ((COMPUTE.contains(name) || name.startsWith(HUGE_PAGES))
          && Trees.at(resources, "requests", name) == null) {
        Trees.need(resources, "requests").set(name, limit.getValue());
      }
    }
  }

  /** The value of a quantity; 0 if the text is none. */
  public static BigDecimal value(String quantity) {
    Amount amount = Amount.parse(TextNode.valueOf(quantity));
    return amount == null ? BigDecimal.ZERO : amount.value();
  }

  /**
   * The resources that a pod needs at most at one time, as canonical quantities by name: of its
   * containers, or what the pod itself names of CPU and memory.
   *
   * @param which {@code requests} or {@code limits}
   */
  public static Map<String, String> total(ObjectNode spec, String which) {
    Map<String, String> total = new TreeMap<>();
    aggregate(spec, which)
        .of
        .forEach((name, amount) -> total.put(name, Quantity.canonical(amount.text())));
    ObjectNode podLevel = Trees.object(spec, "resources", which);
    for (String name : COMPUTE) {
      if (podLevel != null && Trees.has(podLevel, name)) {
        total.put(name, Trees.text(podLevel, name));
      }
    }
    return total;
  }

  /**
   * What the containers need at most at one time, as canonical quantities by resource.
   *
   * @param which {@code requests} or {@code limits}
   */
  public static Map<String, String> containerTotals(ObjectNode spec, String which) {
    Map<String, String> totals = new TreeMap<>();
    aggregate(spec, which).of.forEach((name, amount) -> totals.put(name, amount.text()));
    return totals;
  }

  /** What the containers need at most at one time; init containers run before the others. */
  private static Amounts aggregate(ObjectNode spec, String which) {
    Amounts sum = new Amounts();
    for (ObjectNode container : Trees.objects(spec, "containers")) {
      sum.add(Trees.object(container, "resources", which));
    }
    Amounts sidecars = new Amounts();
    Amounts init = new Amounts();
    for (ObjectNode container : Trees.objects(spec, "initContainers")) {
      ObjectNode own = Trees.object(container, "resources", which);
      if (Trees.text(container, "restartPolicy").equals("Always")) {
        sum.add(own);
        sidecars.add(own);
      } else {
        // resources that it does not ask for count for the sidecars only, which are in the sum
        init.maxOf(own, sidecars);
      }
    }
    sum.max(init);
    return sum;
  }

  /** {@code Guaranteed}, {@code Burstable} or {@code BestEffort}. */
  public static String qosClass(ObjectNode spec) {
    Amounts requests = new Amounts();
    Amounts limits = new Amounts();
    boolean guaranteed = true;
    ObjectNode podLevel = Trees.object(spec, "resources");
    if (podLevel != null) {
      compute(requests, podLevel, "requests");
      boolean all = compute(limits, podLevel, "limits");
      guaranteed = all || Trees.isEmpty(podLevel, "limits");
    } else {
      for (String containers : new String[] {"containers", "initContainers"}) {
        for (ObjectNode container : Trees.objects(spec, containers)) {
          ObjectNode resources = Trees.object(container, "resources");
          compute(requests, resources, "requests");
          guaranteed &= compute(limits, resources, "limits");
        }
      }
    }
    if (requests.of.isEmpty() && limits.of.isEmpty()) {
      return "BestEffort";
    }
    guaranteed &= requests.of.keySet().equals(limits.of.keySet());
    for (Map.Entry<String, Amount> request : requests.of.entrySet()) {
      Amount limit = limits.of.get(request.getKey());
      guaranteed &= limit != null && limit.value.compareTo(request.getValue().value) == 0;
    }
    return guaranteed ? "Guaranteed" : "Burstable";
  }

  /** Adds positive amounts of CPU and memory, which the QoS class uses; true if both are there. */
  private static boolean compute(Amounts into, @Nullable ObjectNode resources, String which) {
    int[] found = new int[1];
    Amounts.each(
        Trees.object(resources, which),
        (name, amount) -> {
          if (COMPUTE.contains(name) && amount.value.signum() > 0) {
            found[0]++;
            into.add(name, amount);
          }
        });
    return found[0] == COMPUTE.size();
  }
}
