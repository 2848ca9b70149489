package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.GoText;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.DeprecatedNodeLabels;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Quantities;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Tells what is valid in a pod or a template, but most likely not meant so. */
final class PodWarnings {
  private static final String NULL_SELECTOR = "a null labelSelector results in matching no pod";
  private static final String FIELD_INSTEAD = "use the \"%s\" field instead";

  private static final Map<String, String> ANNOTATIONS =
      Map.of(
          "scheduler.alpha.kubernetes.io/critical-pod",
          "non-functional in v1.16+; " + FIELD_INSTEAD.formatted("priorityClassName"),
          "security.alpha.kubernetes.io/sysctls",
          "non-functional in v1.11+; " + FIELD_INSTEAD.formatted("sysctls"),
          "security.alpha.kubernetes.io/unsafe-sysctls",
          "non-functional in v1.11+; " + FIELD_INSTEAD.formatted("sysctls"));

  private final Field metadata;
  private final Field spec;
  private final boolean template;
  private final Consumer<String> warnings;

  private PodWarnings(Field of, boolean template, Consumer<String> warnings) {
    this.metadata = of.at("metadata");
    this.spec = of.at("spec");
    this.template = template;
    this.warnings = warnings;
  }

  static void pod(Field pod, Consumer<String> warnings) {
    List<String> faults = Names.dnsLabel(pod.at("metadata", "name").text());
    if (!faults.isEmpty()) {
      warnings.accept(
          "metadata.name: this is used in the Pod's hostname, which can result in surprising"
              + " behavior; a DNS label is recommended: ["
              + String.join(" ", faults)
              + "]");
    }
    new PodWarnings(pod, false, warnings).all();
  }

  static void template(Field template, Consumer<String> warnings) {
    new PodWarnings(template, true, warnings).all();
  }

  private void all() {
    nodeLabels();
    for (Field constraint : spec.at("topologySpreadConstraints").items()) {
      Field key = constraint.at("topologyKey");
      String deprecated = DeprecatedNodeLabels.message(key.text());
      if (deprecated != null) {
        warn(key, key.text() + " is " + deprecated);
      }
      noSelector(constraint);
    }
    Field annotations = metadata.at("annotations");
    for (Field annotation : annotations.entries()) {
      String deprecated = ANNOTATIONS.get(annotation.name());
      if (deprecated != null) {
        warn(annotation, deprecated);
      }
    }
    VolumeWarnings.tell(spec.at("volumes"), warnings);
    hostsAndSecrets();
    fractional(spec.at("overhead"));
    if (spec.at("securityContext", "seccompProfile").absent()) {
      seccomp(annotations.key(ProfileAnnotations.SECCOMP_POD));
    }
    Containers.each(spec, this::container);
    PortWarnings.tell(spec, warnings);
    Field grace = spec.at("terminationGracePeriodSeconds");
    if (grace.number() < 0) {
      warn(grace, "must be >= 0; negative values are invalid and will be treated as 1");
    }
    affinities();
    for (Field server : spec.at("dnsConfig", "nameservers").items()) {
      Addresses.warnIp(server, warnings);
    }
    for (Field alias : spec.at("hostAliases").items()) {
      Addresses.warnIp(alias.at("ip"), warnings);
    }
  }

  private void warn(Field at, String text) {
    warnings.accept(at.path() + ": " + text);
  }

  private void nodeLabels() {
    for (Field label : spec.at("nodeSelector").entries()) {
      String deprecated = DeprecatedNodeLabels.message(label.name());
      if (deprecated != null) {
        warn(label, deprecated);
      }
    }
    Field nodes = spec.at("affinity", "nodeAffinity");
    for (Field term : nodes.at(AffinityRules.REQUIRED, "nodeSelectorTerms").items()) {
      DeprecatedNodeLabels.expressions(term, warnings);
    }
    for (Field term : nodes.at(AffinityRules.PREFERRED).items()) {
      DeprecatedNodeLabels.expressions(term.at("preference"), warnings);
      for (Field expression : term.at("preference", "matchExpressions").items()) {
        expression.at("values").items().forEach(this::labelValue);
      }
    }
  }

  /** A preference may have values that no label can have. */
  private void labelValue(Field value) {
    for (String fault : Names.labelValue(value.text())) {
      warn(value, Excerpt.text(value.text()) + " is invalid, " + fault);
    }
  }

  private void noSelector(Field term) {
    if (term.at("labelSelector").absent()) {
      warn(term.at("labelSelector"), NULL_SELECTOR);
    }
  }

  private void affinities() {
    for (String affinity : List.of("podAffinity", "podAntiAffinity")) {
      Field pods = spec.at("affinity", affinity);
      pods.at(AffinityRules.REQUIRED).items().forEach(this::noSelector);
      for (Field term : pods.at(AffinityRules.PREFERRED).items()) {
        noSelector(term.at("podAffinityTerm"));
      }
    }
  }

  private void hostsAndSecrets() {
    Set<String> seen = new HashSet<>();
    for (Field alias : spec.at("hostAliases").items()) {
      Field ip = alias.at("ip");
      if (!seen.add(ip.text())) {
        warn(ip, "duplicate ip " + Excerpt.quoted(ip.text()));
      }
    }
    seen.clear();
    for (Field secret : spec.at("imagePullSecrets").items()) {
      Field name = secret.at("name");
      if (!seen.add(name.text())) {
        warn(name, "duplicate name " + Excerpt.quoted(name.text()));
      }
      if (name.isEmpty()) {
        warn(name, "invalid empty name \"\"");
      }
    }
  }

  private void fractional(Field quantities) {
    for (String resource : List.of("memory", "ephemeral-storage")) {
      Field quantity = quantities.key(resource);
      if (quantity.present() && !Quantities.isInteger(Quantities.amount(quantity))) {
        warn(
            quantity,
            "fractional byte value "
                + GoText.quote(quantity.text())
                + " is invalid, must be an integer");
      }
    }
  }

  private void seccomp(Field annotation) {
    if (annotation.present()) {
      warn(annotation, "non-functional in v1.27+; " + FIELD_INSTEAD.formatted("seccompProfile"));
    }
  }

  private void container(Field container) {
    Field context = container.at("securityContext");
    Field annotations = metadata.at("annotations");
    String name = container.at("name").text();
    if (context.at("seccompProfile").absent()) {
      seccomp(annotations.key(ProfileAnnotations.SECCOMP_CONTAINER + name));
    }
    Field appArmor = annotations.key(ProfileAnnotations.APP_ARMOR + name);
    if (template && appArmor.present() && context.at("appArmorProfile").absent()) {
      Field ofPod = spec.at("securityContext", "appArmorProfile");
      ObjectNode meant = ProfileAnnotations.appArmorField(appArmor.text());
      if (ofPod.absent() || !Trees.same(ofPod.node(), meant)) {
        warn(appArmor, ProfileAnnotations.APP_ARMOR_DEPRECATED);
      }
    }
    fractional(container.at("resources", "limits"));
    fractional(container.at("resources", "requests"));
    hiddenVariables(container.at("env"));
  }

  /** A variable that is there twice must refer to itself. */
  private void hiddenVariables(Field variables) {
    Set<String> seen = new HashSet<>();
    for (Field variable : variables.items()) {
      String name = variable.at("name").text();
      if (seen.add(name)) {
        continue;
      }
      String reference = "$(" + name + ")";
      String value = variable.at("value").text();
      if (variable.at("valueFrom").present()
          || value.equals(reference)
          || !value.contains(reference)) {
        warn(
            variable,
            "hides previous definition of "
                + Excerpt.quoted(name)
                + ", which may be dropped when using apply");
      }
    }
  }
}
