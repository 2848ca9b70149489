package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoDiff;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.Syntax;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks what a user may change in the spec of a pod that exists. */
final class PodUpdateRules {
  private static final String UPDATABLE =
      "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
          + "`spec.tolerations` (only additions to existing tolerations),"
          + "`spec.terminationGracePeriodSeconds`"
          + " (allow it to be set to 1 if it was previously negative)";

  private static final List<String> NAMESPACES =
      List.of("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers");

  private PodUpdateRules() {}

  static void validate(Field spec, Field old) {
    if (!images(spec.at("containers"), old.at("containers"))
        || !images(spec.at("initContainers"), old.at("initContainers"))
        || !deadline(spec.at("activeDeadlineSeconds"), old.at("activeDeadlineSeconds"))) {
      return;
    }
    tolerationsStay(spec.at("tolerations"), old.at("tolerations"));
    noNewGates(spec.at("schedulingGates"), old.at("schedulingGates"));
    if (spec.object().equals(old.object())) {
      return;
    }
    ObjectNode rest = withoutUpdatable(spec.object(), old.object());
    if (old.at("schedulingGates").size() > 0) {
      gated(rest, spec, old);
    }
    if (!rest.equals(old.object())) {
      // a detail may be shorter than what differs
      spec.fault(
          new FieldError(
              "FieldValueForbidden",
              spec.path(),
              "Forbidden: pod updates may not change fields other than "
                  + UPDATABLE
                  + "\n"
                  + GoDiff.of("core.PodSpec", shown(old.object()), shown(rest))));
    }
  }

  private static boolean images(Field containers, Field old) {
    if (containers.size() != old.size()) {
      containers.forbidden("pod updates may not add or remove containers");
      return false;
    }
    for (Field container : containers.items()) {
      container.at("image").need("");
      ContainerRules.onlyForPod(container);
    }
    return true;
  }

  /** It may be set and lowered. */
  private static boolean deadline(Field deadline, Field old) {
    if (deadline.absent()) {
      if (old.present()) {
        deadline.invalid("must not update from a positive integer to nil value");
      }
      return true;
    }
    long seconds = deadline.number();
    if (seconds < 0 || seconds > Integer.MAX_VALUE) {
      deadline.invalid(Syntax.range(0, Integer.MAX_VALUE));
      return false;
    }
    if (old.present() && old.number() < seconds) {
      deadline.invalid("must be less than or equal to previous value");
      return false;
    }
    return true;
  }

  private static void tolerationsStay(Field tolerations, Field old) {
    Set<String> now = new HashSet<>();
    for (ObjectNode toleration : Trees.objects(tolerations.node())) {
      now.add(untimed(toleration));
    }
    for (ObjectNode toleration : Trees.objects(old.node())) {
      if (!now.contains(untimed(toleration))) {
        tolerations.forbidden(
            "existing toleration can not be modified except its tolerationSeconds");
        return;
      }
    }
  }

  private static String untimed(ObjectNode toleration) {
    ObjectNode copy = toleration.objectNode();
    copy.setAll(toleration);
    copy.remove("tolerationSeconds");
    return Trees.identity(copy);
  }

  private static void noNewGates(Field gates, Field old) {
    Map<String, Integer> added = new HashMap<>();
    List<ObjectNode> now = Trees.objects(gates.node());
    for (int i = 0; i < now.size(); i++) {
      added.put(Trees.text(now.get(i), "name"), i);
    }
    Trees.objects(old.node()).forEach(gate -> added.remove(Trees.text(gate, "name")));
    for (Map.Entry<String, Integer> gate : added.entrySet()) {
      gates
          .index(gate.getValue())
          .at("name")
          .forbidden(
              "only deletion is allowed, but found new scheduling gate '"
                  + Excerpt.text(gate.getKey())
                  + "'");
    }
  }

  /** The new spec, with the old values of what may be updated. */
  private static ObjectNode withoutUpdatable(ObjectNode spec, ObjectNode old) {
    ObjectNode rest = TreeCopies.of(spec);
    for (String list : new String[] {"containers", "initContainers"}) {
      List<ObjectNode> before = Trees.objects(old, list);
      List<ObjectNode> now = Trees.objects(rest, list);
      for (int i = 0; i < now.size(); i++) {
        Trees.copy(before.get(i), now.get(i), "image");
      }
    }
    for (String field : new String[] {"activeDeadlineSeconds", "schedulingGates", "tolerations"}) {
      Trees.copy(old, rest, field);
    }
    if (Trees.number(old, "terminationGracePeriodSeconds") < 0
        && Trees.number(rest, "terminationGracePeriodSeconds") == 1) {
      Trees.copy(old, rest, "terminationGracePeriodSeconds");
    }
    return rest;
  }

  /** While a pod waits for its gates, more can be demanded of its node. */
  private static void gated(ObjectNode rest, Field spec, Field old) {
    Field selector = spec.at("nodeSelector");
    ObjectNode before = old.at("nodeSelector").object();
    for (Map.Entry<String, JsonNode> label : before.properties()) {
      if (!label.getValue().equals(Trees.get(selector.node(), label.getKey()))) {
        selector.invalid(
            "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
        break;
      }
    }
    Trees.copy(old.object(), rest, "nodeSelector");
    Field nodes = spec.at("affinity", "nodeAffinity");
    Field oldNodes = old.at("affinity", "nodeAffinity");
    if (Objects.equals(nodes.node(), oldNodes.node())) {
      return;
    }
    nodeTerms(
        nodes.at(AffinityRules.REQUIRED, "nodeSelectorTerms"),
        oldNodes.at(AffinityRules.REQUIRED, "nodeSelectorTerms"));
    ObjectNode affinity = Trees.need(rest, "affinity");
    Trees.copy(old.at("affinity").object(), affinity, "nodeAffinity");
    if (affinity.isEmpty() && old.at("affinity").absent()) {
      rest.remove("affinity");
    }
  }

  private static void nodeTerms(Field terms, Field old) {
    if (old.size() == 0) {
      return;
    }
    if (terms.size() != old.size()) {
      terms.invalid(
          GoValues.ofList("core.NodeSelectorTerm", terms.node()),
          "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
      return;
    }
    int i = 0;
    for (Field term : terms.items()) {
      if (!onlyAdds(term, old.index(i++))) {
        term.invalid(
            GoValues.of("core.NodeSelectorTerm", term.node()),
            "only additions are allowed (no mutations or deletions)");
      }
    }
  }

  private static boolean onlyAdds(Field term, Field old) {
    boolean wasEmpty = true;
    boolean isEmpty = true;
    for (String list : new String[] {"matchExpressions", "matchFields"}) {
      wasEmpty &= old.at(list).size() == 0;
      isEmpty &= term.at(list).size() == 0;
      if (!startsWith(term.at(list).node(), old.at(list).node())) {
        return false;
      }
    }
    return !wasEmpty || isEmpty;
  }

  private static boolean startsWith(@Nullable JsonNode list, @Nullable JsonNode start) {
    List<ObjectNode> now = Trees.objects(list);
    List<ObjectNode> before = Trees.objects(start);
    if (now.size() < before.size()) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (!Trees.same(now.get(i), before.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** A spec as {@link GoDiff} reads it: upstream has a pod's namespaces in its security context. */
  static ObjectNode shown(ObjectNode spec) {
    ObjectNode shown = spec.objectNode();
    shown.setAll(spec);
    ObjectNode context = spec.objectNode();
    context.setAll(Trees.need(shown, "securityContext"));
    for (String field : NAMESPACES) {
      JsonNode value = Trees.get(spec, field);
      if (value != null) {
        context.set(field, value);
      }
    }
    shown.set("securityContext", context);
    return shown;
  }
}
