package dev.rheo.cel.device;

import dev.rheo.cel.CompileException;
import dev.rheo.cel.Environment;
import dev.rheo.cel.Expression;
import dev.rheo.cel.cost.CostEstimator;
import dev.rheo.cel.cost.Range;
import dev.rheo.cel.eval.Program;
import dev.rheo.cel.type.DeclType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the expressions that select devices, with the feature gates as 1.36 has them by default:
 * capacity can be shared, attributes are no lists.
 *
 * <p>See {@code k8s.io/dynamic-resource-allocation/cel}. Thread-safe.
 */
public final class DeviceExpressions {
  private static final long DOMAIN_MAX = 63;
  private static final long ID_MAX = 32;
  private static final long DRIVER_MAX = 63;
  private static final long ATTRIBUTE_MAX = 64;
  private static final long ENTRIES_MAX = 32;

  private static final DeclType DOMAIN = DeclType.STRING.withMaxElements(DOMAIN_MAX);
  private static final DeclType ID = DeclType.STRING.withMaxElements(ID_MAX);

  /** A value of any type, of a limited size. */
  static final DeclType ATTRIBUTE = DeclType.ANY.withMaxElements(ATTRIBUTE_MAX);

  static final DeclType DEVICE =
      DeclType.object(
          "kubernetes.DRADevice",
          Map.of(
              "driver",
              DeclType.STRING.withMaxElements(DRIVER_MAX),
              "allowMultipleAllocations",
              DeclType.BOOL.withMaxElements(1),
              "attributes",
              byDomain(ATTRIBUTE),
              "capacity",
              byDomain(DeclType.QUANTITY)));

  /** Built when the first expression is compiled. */
  private static final class Holder {
    static final Environment ENVIRONMENT =
        Environment.builder().variable("device", DEVICE).bindings().build();
  }

  /** Largest cost of a selector; an unsigned number. */
  public static final long COST_MAX = 1_000_000;

  private DeviceExpressions() {}

  private static DeclType byDomain(DeclType value) {
    return DeclType.map(DOMAIN, DeclType.map(ID, value, ENTRIES_MAX), ENTRIES_MAX);
  }

  /**
   * Compiles a selector.
   *
   * @throws CompileException if it cannot be compiled, or evaluates to something else than whether
   *     a device is selected
   */
  public static Expression compile(String text) throws CompileException {
    Expression expression = Holder.ENVIRONMENT.compile(text);
    if (!List.of("bool", "google.protobuf.Any").contains(expression.type())) {
      throw CompileException.of(
          "must evaluate to bool or the unknown type, not " + expression.type());
    }
    Program ignored = Program.of(expression);
    return expression;
  }

  /** Whether a selector may cost more than {@link #COST_MAX}, whatever the device is. */
  public static boolean isTooComplex(Expression selector) {
    return Long.compareUnsigned(cost(selector).max(), COST_MAX) > 0;
  }

  static Range cost(Expression selector) {
    return CostEstimator.estimate(selector, (path, type) -> size(path));
  }

  private static @Nullable Range size(List<String> path) {
    if (path.isEmpty() || !path.get(0).equals("device")) {
      return null;
    }
    DeclType at = DEVICE;
    for (String step : path.subList(1, path.size())) {
      DeclType next =
          switch (step) {
            case "@items", "@values" -> at.element();
            case "@keys" -> at.key();
            // The name of an attribute is not known, its size is.
            default -> at.element() == ATTRIBUTE ? ATTRIBUTE : at.fields().get(step);
          };
      if (next == null) {
        return null;
      }
      at = next;
    }
    return new Range(0, at.maxElements());
  }
}
