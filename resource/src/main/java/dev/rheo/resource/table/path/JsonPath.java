package dev.rheo.resource.table.path;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A JSONPath template, as kubectl and the printer columns of custom types have it, with its
 * peculiarities: {@code k8s.io/client-go/util/jsonpath} is the specification. Immutable and
 * thread-safe.
 *
 * <pre>
 * {.spec.replicas}   {.items[-1:]}   {.status.conditions[?(@.type=="Ready")].status}   {..name}
 * </pre>
 */
public final class JsonPath {
  private final List<PathNode> nodes;

  /** The path if it names one member after the other, as most do; else null. */
  private final @Nullable List<String> members;

  private JsonPath(List<PathNode> nodes) {
    this.nodes = nodes;
    this.members = members(nodes);
  }

  /**
   * Parses a template.
   *
   * @param template with braces around its actions
   * @throws IllegalArgumentException in upstream's words, if it is none
   */
  public static JsonPath parse(String template) {
    return new JsonPath(PathParser.parse(template));
  }

  private static @Nullable List<String> members(List<PathNode> nodes) {
    if (nodes.size() != 1
        || !(nodes.getFirst() instanceof PathNode.Sequence sequence)
        || !sequence.nodes().stream().allMatch(PathNode.Member.class::isInstance)) {
      return null;
    }
    return sequence.nodes().stream().map(node -> ((PathNode.Member) node).name()).toList();
  }

  /**
   * The first value of the first action, which is all that a printer column shows. Missing keys are
   * no fault.
   *
   * @return null if there is none, or the evaluation failed
   */
  public @Nullable PathValue first(JsonNode data) {
    if (members == null) {
      return PathEvaluation.first(nodes, data);
    }
    JsonNode at = data;
    for (String name : members) {
      at = at == null ? null : at.get(name);
    }
    return at == null ? null : new PathValue(at);
  }
}
