package dev.rheo.resource.rules.kind;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Labels of nodes that are to be replaced by others; who selects by them is warned. */
public final class DeprecatedNodeLabels {
  private static final Map<String, String> MESSAGES =
      Map.of(
          "beta.kubernetes.io/arch",
          "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
          "beta.kubernetes.io/os",
          "deprecated since v1.14; use \"kubernetes.io/os\" instead",
          "failure-domain.beta.kubernetes.io/region",
          "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
          "failure-domain.beta.kubernetes.io/zone",
          "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
          "beta.kubernetes.io/instance-type",
          "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
          "app.kubernetes.io/created-by",
          "deprecated since v1.9",
          "scheduler.alpha.kubernetes.io/preferAvoidPods",
          "deprecated since v1.22; use Taints and Tolerations instead",
          "node-role.kubernetes.io/master",
          "use \"node-role.kubernetes.io/control-plane\" instead");

  /** The labels that took the place of others without a change of their values. */
  private static final Map<String, String> SUCCESSORS =
      Map.of(
          "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone",
          "failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region",
          "beta.kubernetes.io/os", "kubernetes.io/os",
          "beta.kubernetes.io/arch", "kubernetes.io/arch",
          "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type");

  private DeprecatedNodeLabels() {}

  /** What is said of a label; null if it is not deprecated. */
  public static @Nullable String message(String label) {
    return MESSAGES.get(label);
  }

  /**
   * Whether a label has taken the place of the other. As upstream, an empty one is that of any
   * label without a successor; it is refused for other reasons.
   */
  public static boolean isSuccessor(String label, String of) {
    return label.equals(SUCCESSORS.getOrDefault(of, ""));
  }

  /** Warns of the keys of expressions: those of a term of a node selector, or a label selector. */
  public static void expressions(Field selector, Consumer<String> warnings) {
    for (Field expression : selector.at("matchExpressions").items()) {
      Field key = expression.at("key");
      String message = message(key.text());
      if (message != null) {
        warnings.accept(key.path() + ": " + key.text() + " is " + message);
      }
    }
  }

  /** Warns of the labels of a label selector. */
  public static void selector(Field selector, Consumer<String> warnings) {
    expressions(selector, warnings);
    Field labels = selector.at("matchLabels");
    for (Field label : labels.entries()) {
      String message = message(label.name());
      if (message != null) {
        warnings.accept(labels.path() + "." + label.name() + ": " + message);
      }
    }
  }
}
