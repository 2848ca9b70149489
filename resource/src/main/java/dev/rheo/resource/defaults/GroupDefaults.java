package dev.rheo.resource.defaults;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Computed defaults of the named API groups; constant ones are in {@code defaults.txt}. */
final class GroupDefaults {
  private static final String APIEXTENSIONS =
      "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.";
  private static final int SCALE_PERIOD_SECONDS = 15;

  private GroupDefaults() {}

  static void register(BiConsumer<String, Consumer<ObjectNode>> rules) {
    rules.accept("apps/v1.DeploymentSpec", GroupDefaults::deploymentSpec);
    rules.accept("apps/v1.DaemonSet", GroupDefaults::daemonSet);
    rules.accept("apps/v1.DaemonSetSpec", GroupDefaults::daemonSetSpec);
    rules.accept("apps/v1.StatefulSetSpec", GroupDefaults::statefulSetSpec);
    rules.accept("batch/v1.Job", GroupDefaults::job);
    rules.accept("autoscaling/v2.HorizontalPodAutoscalerSpec", GroupDefaults::autoscaler);
    rules.accept("networking/v1.NetworkPolicySpec", GroupDefaults::networkPolicySpec);
    rules.accept("rbac/v1.Subject", GroupDefaults::subject);
    rules.accept("resource/v1.ExactDeviceRequest", GroupDefaults::deviceRequest);
    rules.accept("resource/v1.DeviceSubRequest", GroupDefaults::deviceRequest);
    rules.accept(APIEXTENSIONS + "CustomResourceDefinition", GroupDefaults::definition);
  }

  private static void deploymentSpec(ObjectNode spec) {
    ObjectNode strategy = Trees.need(spec, "strategy");
    Trees.putText(strategy, "type", "RollingUpdate");
    if (Trees.text(strategy, "type").equals("RollingUpdate")) {
      ObjectNode rolling = Trees.need(strategy, "rollingUpdate");
      absent(rolling, "maxUnavailable", "25%");
      absent(rolling, "maxSurge", "25%");
    }
  }

  /** The annotation is a number of upstream's internal type: every writer writes it. */
  private static void daemonSet(ObjectNode set) {
    ObjectNode annotations = Trees.need(Trees.metadata(set), "annotations");
    absent(annotations, "deprecated.daemonset.template.generation", "0");
  }

  private static void daemonSetSpec(ObjectNode spec) {
    ObjectNode strategy = Trees.need(spec, "updateStrategy");
    Trees.putText(strategy, "type", "RollingUpdate");
    if (Trees.text(strategy, "type").equals("RollingUpdate")) {
      ObjectNode rolling = Trees.need(strategy, "rollingUpdate");
      absent(rolling, "maxUnavailable", 1);
    }
    // no pointers in upstream's internal type
    ObjectNode given = Trees.object(strategy, "rollingUpdate");
    if (given != null) {
      absent(given, "maxUnavailable", 0);
      absent(given, "maxSurge", 0);
    }
  }

  private static void statefulSetSpec(ObjectNode spec) {
    ObjectNode strategy = Trees.need(spec, "updateStrategy");
    if (Trees.text(strategy, "type").isEmpty()) {
      strategy.put("type", "RollingUpdate");
      Trees.need(strategy, "rollingUpdate");
    }
    ObjectNode rolling = Trees.object(strategy, "rollingUpdate");
    if (Trees.text(strategy, "type").equals("RollingUpdate") && rolling != null) {
      absent(rolling, "partition", 0);
    }
    for (ObjectNode claim : Trees.objects(spec, "volumeClaimTemplates")) {
      claim.put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
    }
  }

  private static void job(ObjectNode job) {
    ObjectNode spec = Trees.need(job, "spec");
    if (!Trees.has(spec, "parallelism")) {
      absent(spec, "completions", 1);
      spec.put("parallelism", 1);
    }
    absent(spec, "backoffLimit", Trees.has(spec, "backoffLimitPerIndex") ? Integer.MAX_VALUE : 6);
    ObjectNode labels = Trees.object(spec, "template", "metadata", "labels");
    if (labels != null) {
      CoreDefaults.inheritLabels(job, labels);
    }
    absent(spec, "completionMode", "NonIndexed");
    absent(spec, "suspend", false);
    absent(
        spec,
        "podReplacementPolicy",
        Trees.has(spec, "podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
    absent(spec, "manualSelector", false);
  }

  private static void autoscaler(ObjectNode spec) {
    if (spec.get("behavior") instanceof ObjectNode behavior) {
      ObjectNode up = Trees.need(behavior, "scaleUp");
      absent(up, "stabilizationWindowSeconds", 0);
      scalingRules(up, true);
      scalingRules(Trees.need(behavior, "scaleDown"), false);
    }
  }

  private static void scalingRules(ObjectNode rules, boolean up) {
    absent(rules, "selectPolicy", "Max");
    if (!Trees.has(rules, "policies")) {
      ArrayNode policies = rules.putArray("policies");
      if (up) {
        policy(policies, "Pods", 4);
      }
      policy(policies, "Percent", 100);
    }
  }

  private static void policy(ArrayNode policies, String type, int value) {
    policies
        .addObject()
        .put("type", type)
        .put("value", value)
        .put("periodSeconds", SCALE_PERIOD_SECONDS);
  }

  private static void networkPolicySpec(ObjectNode spec) {
    if (Trees.isEmpty(spec, "policyTypes")) {
      ArrayNode types = spec.putArray("policyTypes").add("Ingress");
      if (!Trees.isEmpty(spec, "egress")) {
        types.add("Egress");
      }
    }
  }

  private static void subject(ObjectNode subject) {
    String kind = Trees.text(subject, "kind");
    if (kind.equals("User") || kind.equals("Group")) {
      Trees.putText(subject, "apiGroup", "rbac.authorization.k8s.io");
    }
  }

  private static void deviceRequest(ObjectNode request) {
    Trees.putText(request, "allocationMode", "ExactCount");
    if (Trees.text(request, "allocationMode").equals("ExactCount")
        && Trees.number(request, "count") == 0) {
      request.put("count", 1);
    }
  }

  private static void definition(ObjectNode definition) {
    ObjectNode spec = Trees.need(definition, "spec");
    ObjectNode names = Trees.need(spec, "names");
    String kind = Trees.text(names, "kind");
    if (!kind.isEmpty()) {
      Trees.putText(names, "singular", kind.toLowerCase(Locale.ROOT));
      Trees.putText(names, "listKind", kind + "List");
    }
    ObjectNode status = Trees.need(definition, "status");
    if (Trees.isEmpty(status, "storedVersions")) {
      for (ObjectNode version : Trees.objects(spec, "versions")) {
        if (Trees.flag(version, "storage")) {
          status.putArray("storedVersions").add(Trees.text(version, "name"));
          break;
        }
      }
    }
  }

  private static void absent(ObjectNode node, String field, String value) {
    if (!Trees.has(node, field)) {
      node.put(field, value);
    }
  }

  private static void absent(ObjectNode node, String field, int value) {
    if (!Trees.has(node, field)) {
      node.put(field, value);
    }
  }

  private static void absent(ObjectNode node, String field, boolean value) {
    if (!Trees.has(node, field)) {
      node.put(field, value);
    }
  }
}
