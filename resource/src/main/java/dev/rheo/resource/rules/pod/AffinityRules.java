package dev.rheo.resource.rules.pod;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.kind.NodeSelectors;
import java.util.List;

/** Checks where a pod wants to run: near to or far from nodes and other pods. */
final class AffinityRules {
  static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
  static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
  private static final int MAX_WEIGHT = 100;

  private AffinityRules() {}

  static void validate(Field affinity, PodOptions options) {
    Field nodes = affinity.at("nodeAffinity");
    if (nodes.at(REQUIRED).present()) {
      NodeSelectors.selector(nodes.at(REQUIRED), options.anyNodeValues());
    }
    for (Field term : nodes.at(PREFERRED).items()) {
      weight(term);
      NodeSelectors.term(term.at("preference"), true);
    }
    for (String pods : List.of("podAffinity", "podAntiAffinity")) {
      for (Field term : affinity.at(pods, REQUIRED).items()) {
        podTerm(term, options);
      }
      for (Field term : affinity.at(pods, PREFERRED).items()) {
        weight(term);
        podTerm(term.at("podAffinityTerm"), options);
      }
    }
  }

  private static void weight(Field term) {
    Field weight = term.at("weight");
    if (weight.number() < 1 || weight.number() > MAX_WEIGHT) {
      weight.invalid(weight.number(), "must be in the range 1-" + MAX_WEIGHT);
    }
  }

  private static void podTerm(Field term, PodOptions options) {
    LabelSelectors.validate(term.at("labelSelector"), options.anySelectorValues());
    LabelSelectors.validate(term.at("namespaceSelector"), options.anySelectorValues());
    for (Field namespace : term.at("namespaces").items()) {
      namespace.placed(term.at("namespace")).check(Names::dnsLabel);
    }
    TopologyRules.matchLabelKeys(term);
    Field key = term.at("topologyKey");
    key.need("can not be empty");
    key.check(Names::labelKey);
  }
}
