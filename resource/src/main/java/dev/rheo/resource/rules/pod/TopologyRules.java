package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelSelectors;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks how the pods of a set are spread, and the keys whose labels they are to share. */
final class TopologyRules {
  private static final List<String> UNSATISFIABLE = List.of("DoNotSchedule", "ScheduleAnyway");
  private static final List<String> INCLUSION = List.of("Honor", "Ignore");
  private static final String IN_BOTH = "exists in both matchLabelKeys and labelSelector";

  private TopologyRules() {}

  static void validate(Field constraints, PodOptions options) {
    Map<String, Integer> last = lastOfEachKind(constraints);
    int i = 0;
    for (Field constraint : constraints.items()) {
      positive(constraint.at("maxSkew"));
      constraint.at("topologyKey").need("can not be empty");
      Field action = constraint.at("whenUnsatisfiable");
      action.oneOf(UNSATISFIABLE);
      String kind = kind(constraint.object());
      if (last.getOrDefault(kind, i) > i) {
        Field at = constraint.at("{topologyKey, whenUnsatisfiable}");
        at.fault(FieldError.duplicate(at.path(), kind));
      }
      i++;
      minDomains(constraint.at("minDomains"), action);
      for (String policy : List.of("nodeAffinityPolicy", "nodeTaintsPolicy")) {
        if (constraint.at(policy).present()) {
          constraint.at(policy).oneOf(INCLUSION);
        }
      }
      if (options.legacyMatchLabelKeys()) {
        legacyMatchLabelKeys(constraint);
      } else {
        matchLabelKeys(constraint, List.of("matchLabelKeys"));
      }
      if (!options.anySpreadSelector()) {
        LabelSelectors.validate(constraint.at("labelSelector"));
      }
    }
  }

  private static Map<String, Integer> lastOfEachKind(Field constraints) {
    Map<String, Integer> last = new HashMap<>();
    int i = 0;
    for (ObjectNode constraint : Trees.objects(constraints.node())) {
      last.put(kind(constraint), i++);
    }
    return last;
  }

  private static String kind(ObjectNode constraint) {
    return "{"
        + Trees.text(constraint, "topologyKey")
        + ", "
        + Trees.text(constraint, "whenUnsatisfiable")
        + "}";
  }

  private static void positive(Field number) {
    if (number.number() <= 0) {
      number.invalid(number.number(), "must be greater than zero");
    }
  }

  private static void minDomains(Field domains, Field action) {
    if (domains.absent()) {
      return;
    }
    positive(domains);
    if (!action.is("DoNotSchedule")) {
      domains.invalid(
          "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action.text());
    }
  }

  /** Checks the keys of a term of an affinity, or of a constraint. */
  static void matchLabelKeys(Field term) {
    matchLabelKeys(term, List.of("matchLabelKeys", "mismatchLabelKeys"));
  }

  private static void matchLabelKeys(Field term, List<String> lists) {
    Field selector = term.at("labelSelector");
    for (String list : lists) {
      Field keys = term.at(list);
      if (keys.size() > 0 && selector.absent()) {
        keys.forbidden("must not be specified when labelSelector is not set");
      } else {
        for (Field key : keys.items()) {
          key.check(Names::labelKey);
        }
      }
    }
    Field matched = term.at("matchLabelKeys");
    if (selector.present()) {
      Map<String, Integer> places = new HashMap<>();
      List<String> keys = matched.texts();
      for (int i = 0; i < keys.size(); i++) {
        places.put(keys.get(i), i);
      }
      Set<String> selected = new HashSet<>(Trees.names(selector.at("matchLabels").object()));
      for (Field expression : selector.at("matchExpressions").items()) {
        // the expression made of the key itself is among them
        String key = expression.at("key").text();
        Integer place = places.get(key);
        if (!selected.add(key) && place != null) {
          term.index(place).invalid(key, IN_BOTH);
        }
      }
    }
    Set<String> mismatched = new HashSet<>(term.at("mismatchLabelKeys").texts());
    for (Field key : matched.items()) {
      if (mismatched.contains(key.text())) {
        key.invalid("exists in both matchLabelKeys and mismatchLabelKeys");
      }
    }
  }

  /** As before 1.34, when the keys were not merged into the selector. */
  private static void legacyMatchLabelKeys(Field constraint) {
    Field keys = constraint.at("matchLabelKeys");
    if (keys.size() == 0) {
      return;
    }
    Field selector = constraint.at("labelSelector");
    if (selector.absent()) {
      keys.forbidden("must not be specified when labelSelector is not set");
    }
    Set<String> selected = new HashSet<>(Trees.names(selector.at("matchLabels").object()));
    Trees.eachObject(selector.node(), "matchExpressions", e -> selected.add(Trees.text(e, "key")));
    for (Field key : keys.items()) {
      key.check(Names::labelKey);
      if (selected.contains(key.text())) {
        key.invalid(IN_BOTH);
      }
    }
  }
}
