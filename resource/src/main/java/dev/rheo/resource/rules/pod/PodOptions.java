package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.FilePaths;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.ResourceNames;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a pod or a template may have although it is not valid, because the stored one has it:
 * upstream's {@code PodValidationOptions}.
 *
 * @param pod whether this is a pod, not a template
 * @param anyDeletionCost the annotation with the cost of a deletion may be no number
 * @param anySelectorValues selectors of pod affinities may have values that no label has
 * @param anyNodeValues selectors of nodes may have values that no label has
 * @param anySpreadSelector selectors of spread constraints are not checked
 * @param legacyMatchLabelKeys keys to match are checked against the selector as before 1.34
 * @param brokenPages amounts of huge pages need not be multiples of the page
 * @param nonLocalTokenPath projected tokens may be anywhere
 * @param hostSysctls sysctls of a namespace that is shared with the host
 * @param anySeLinuxPolicy not only Recursive
 * @param initRestartOnResize init containers that are no sidecars may restart for a resize
 * @param devicesInUserNamespace block devices in pods with a user namespace
 * @param hostNetworkInUserNamespace pods with a user namespace and the network of the host
 * @param comparisons tolerations that compare numbers
 */
record PodOptions(
    boolean pod,
    boolean anyDeletionCost,
    boolean anySelectorValues,
    boolean anyNodeValues,
    boolean anySpreadSelector,
    boolean legacyMatchLabelKeys,
    boolean brokenPages,
    boolean nonLocalTokenPath,
    boolean hostSysctls,
    boolean anySeLinuxPolicy,
    boolean initRestartOnResize,
    boolean devicesInUserNamespace,
    boolean hostNetworkInUserNamespace,
    boolean comparisons) {
  private static final PodOptions NEW_TEMPLATE = strict(false);
  private static final PodOptions NEW_POD = strict(true);

  private static PodOptions strict(boolean pod) {
    return new PodOptions(
        pod, false, false, false, false, false, false, false, false, false, false, false, false,
        false);
  }

  /** Of a pod. */
  static PodOptions ofPod(Field old) {
    return old.absent() ? NEW_POD : of(true, old);
  }

  /** Of a template. */
  static PodOptions ofTemplate(Field old) {
    return old.absent() ? NEW_TEMPLATE : of(false, old);
  }

  private static PodOptions of(boolean pod, Field old) {
    ObjectNode metadata = old.at("metadata").object();
    ObjectNode spec = old.at("spec").object();
    ObjectNode security = old.at("spec", "securityContext").object();
    boolean userNamespace = isFalse(Trees.get(spec, "hostUsers"));
    return new PodOptions(
        pod,
        !PodAnnotations.isDeletionCost(Trees.object(metadata, "annotations")),
        anyAffinityTerm(
            spec,
            term ->
                fails(at -> LabelSelectors.validate(at), Trees.get(term, "labelSelector"))
                    || fails(
                        at -> LabelSelectors.validate(at), Trees.get(term, "namespaceSelector"))),
        hasOddNodeValues(spec),
        anyConstraint(
            spec, one -> fails(at -> LabelSelectors.validate(at), Trees.get(one, "labelSelector"))),
        anyConstraint(spec, one -> fails(TopologyRules::matchLabelKeys, one)),
        hasBrokenPages(spec),
        hasNonLocalTokenPath(spec),
        Trees.objects(security, "sysctls").stream()
            .anyMatch(sysctl -> Sysctls.sharedWithHost(Trees.text(sysctl, "name"), spec) != null),
        Trees.has(security, "seLinuxChangePolicy"),
        Trees.objects(spec, "initContainers").stream().anyMatch(PodOptions::restartsOnResize),
        userNamespace && anyContainer(spec, c -> !Trees.isEmpty(c, "volumeDevices")),
        userNamespace && Trees.flag(spec, "hostNetwork"),
        Trees.objects(spec, "tolerations").stream()
            .map(toleration -> Trees.text(toleration, "operator"))
            .anyMatch(operator -> operator.equals("Lt") || operator.equals("Gt")));
  }

  private static boolean isFalse(@Nullable JsonNode flag) {
    return flag != null && !flag.asBoolean();
  }

  private static boolean fails(Consumer<Field> check, @Nullable JsonNode value) {
    FieldErrors errors = new FieldErrors();
    check.accept(Field.root(value instanceof ObjectNode object ? object : null, errors));
    return !errors.isEmpty();
  }

  private static boolean anyContainer(ObjectNode spec, Predicate<ObjectNode> predicate) {
    return Containers.LISTS.stream()
        .anyMatch(list -> Trees.objects(spec, list).stream().anyMatch(predicate));
  }

  private static boolean anyAffinityTerm(ObjectNode spec, Predicate<ObjectNode> predicate) {
    for (String affinity : List.of("podAffinity", "podAntiAffinity")) {
      if (Trees.objects(spec, "affinity", affinity, AffinityRules.REQUIRED).stream()
              .anyMatch(predicate)
          || Trees.objects(spec, "affinity", affinity, AffinityRules.PREFERRED).stream()
              .map(weighted -> Trees.object(weighted, "podAffinityTerm"))
              .anyMatch(term -> term != null && predicate.test(term))) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyConstraint(ObjectNode spec, Predicate<ObjectNode> predicate) {
    return Trees.objects(spec, "topologySpreadConstraints").stream().anyMatch(predicate);
  }

  private static boolean hasOddNodeValues(ObjectNode spec) {
    return Trees.objects(
            spec, "affinity", "nodeAffinity", AffinityRules.REQUIRED, "nodeSelectorTerms")
        .stream()
        .flatMap(term -> Trees.objects(term, "matchExpressions").stream())
        .flatMap(expression -> Trees.strings(expression, "values").stream())
        .anyMatch(value -> !Names.labelValue(value).isEmpty());
  }

  private static boolean hasBrokenPages(ObjectNode spec) {
    return anyContainer(
            spec,
            container ->
                brokenPages(Trees.object(container, "resources", "limits"))
                    || brokenPages(Trees.object(container, "resources", "requests")))
        || brokenPages(Trees.object(spec, "overhead"));
  }

  private static boolean brokenPages(@Nullable ObjectNode quantities) {
    if (quantities == null) {
      return false;
    }
    for (Map.Entry<String, JsonNode> quantity : quantities.properties()) {
      String name = quantity.getKey();
      if (ResourceNames.isHugePage(name)
          && !Quantities.isMultipleOfPages(name, Quantities.amount(quantity.getValue()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasNonLocalTokenPath(ObjectNode spec) {
    return Trees.objects(spec, "volumes").stream()
        .flatMap(volume -> Trees.objects(volume, "projected", "sources").stream())
        .map(source -> Trees.object(source, "serviceAccountToken"))
        .anyMatch(
            token ->
                token != null && fails(at -> FilePaths.localNonReserved(at.at("path")), token));
  }

  private static boolean restartsOnResize(ObjectNode init) {
    return !Containers.isSidecar(init)
        && Trees.objects(init, "resizePolicy").stream()
            .anyMatch(policy -> Trees.text(policy, "restartPolicy").equals("RestartContainer"));
  }
}
