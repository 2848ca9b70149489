package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.api.status.Excerpt;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The few rules on specs and data without which controllers and kubelets could not work. */
final class SpecValidation {
  private static final int DATA_MAX = 1 << 20;
  private static final int PORT_MAX = 65_535;
  private static final Pattern DATA_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
  private static final String DATA_KEY_FAULT =
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g."
          + " 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is"
          + " '[-._a-zA-Z0-9]+')";

  private SpecValidation() {}

  static void validate(ObjectNode object, String resource, FieldErrors errors) {
    Bounds.validate(object, resource, errors);
    switch (resource) {
      case "configmaps" -> data(object, errors, "data", "binaryData");
      case "secrets" -> data(object, errors, "data");
      case "pods" -> podSpec(Trees.object(object, "spec"), "spec", errors);
      case "podtemplates" ->
          podSpec(Trees.object(object, "template", "spec"), "template.spec", errors);
      case "replicationcontrollers" ->
          template(object, Trees.object(object, "spec", "selector"), true, errors);
      case "deployments.apps", "replicasets.apps", "daemonsets.apps", "statefulsets.apps" ->
          workload(object, errors);
      case "jobs.batch" -> job(Trees.object(object, "spec"), "spec", errors);
      case "cronjobs.batch" ->
          job(Trees.object(object, "spec", "jobTemplate", "spec"), "spec.jobTemplate.spec", errors);
      case "poddisruptionbudgets.policy" ->
          LabelSelectors.validate(
              Trees.object(object, "spec", "selector"), "spec.selector", errors);
      case "services" -> service(Trees.need(object, "spec"), errors);
      case "persistentvolumeclaims" -> claim(Trees.need(object, "spec"), errors);
      case "horizontalpodautoscalers.autoscaling" -> {
        if (Trees.number(object, "spec", "maxReplicas") < 1) {
          errors.add(
              FieldError.invalid(
                  "spec.maxReplicas",
                  Trees.number(object, "spec", "maxReplicas"),
                  "must be greater than 0"));
        }
      }
      case "clusterrolebindings.rbac.authorization.k8s.io",
          "rolebindings.rbac.authorization.k8s.io" -> {
        if (Trees.text(object, "roleRef", "name").isEmpty()) {
          errors.add(FieldError.required("roleRef.name", ""));
        }
      }
      default -> {}
    }
  }

  private static void data(ObjectNode object, FieldErrors errors, String... fields) {
    ObjectNode binary = Trees.object(object, "binaryData");
    for (String key : Trees.names(binary == null ? null : Trees.object(object, "data"))) {
      if (binary != null && binary.has(key) && !errors.isFull()) {
        errors.add(
            FieldError.invalid(
                "data[" + Excerpt.text(key) + "]", key, "duplicate of key present in binaryData"));
      }
    }
    long size = 0;
    for (String field : fields) {
      ObjectNode map = Trees.object(object, field);
      if (map == null) {
        continue;
      }
      for (Map.Entry<String, JsonNode> entry : map.properties()) {
        String key = entry.getKey();
        if (!DATA_KEY.matcher(key).matches() || key.equals(".") || key.startsWith("..")) {
          errors.add(
              FieldError.invalid(field + "[" + Excerpt.text(key) + "]", key, dataKeyFault(key)));
        }
        size += size(entry.getValue().asText(), object, field);
        if (errors.isFull()) {
          return;
        }
      }
    }
    if (size > DATA_MAX) {
      errors.add(
          Trees.text(object, "kind").equals("Secret")
              ? FieldError.tooLong("data", DATA_MAX)
              // upstream prints the empty path of the whole object as []
              : FieldError.tooLong("[]", DATA_MAX));
    }
  }

  private static String dataKeyFault(String key) {
    return DATA_KEY.matcher(key).matches()
        ? key.equals(".") || key.equals("..")
            ? "must not be '" + key + "'"
            : "must not start with '..'"
        : DATA_KEY_FAULT;
  }

  private static long size(String value, ObjectNode object, String field) {
    if (field.equals("binaryData") || Trees.text(object, "kind").equals("Secret")) {
      int padding = value.endsWith("==") ? 2 : value.endsWith("=") ? 1 : 0;
      return value.length() / 4L * 3 - padding;
    }
    return value.length() * 3L <= DATA_MAX
        ? value.length()
        : value.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void workload(ObjectNode object, FieldErrors errors) {
    ObjectNode selector = Trees.object(object, "spec", "selector");
    if (selector == null) {
      errors.add(FieldError.required("spec.selector", ""));
    } else if (selector.isEmpty()) {
      errors.add(
          FieldError.invalid(
              "spec.selector",
              selector,
              "empty selector is invalid for "
                  + Trees.text(object, "kind").toLowerCase(Locale.ROOT)));
    }
    LabelSelectors.validate(selector, "spec.selector", errors);
    template(object, selector, false, errors);
  }

  private static void template(
      ObjectNode object, @Nullable ObjectNode selector, boolean plain, FieldErrors errors) {
    ObjectNode template = Trees.object(object, "spec", "template");
    if (template == null) {
      errors.add(FieldError.required("spec.template", ""));
      return;
    }
    ObjectNode labels = Trees.object(template, "metadata", "labels");
    if (selector != null
        && !selector.isEmpty()
        && !(plain
            ? LabelSelectors.containsAll(labels, selector)
            : LabelSelectors.matches(selector, labels))) {
      errors.add(
          FieldError.invalid(
              "spec.template.metadata.labels",
              labels == null ? "null" : labels,
              "`selector` does not match template `labels`"));
    }
    MetadataValidation.labels(labels, "spec.template.labels", errors);
    podSpec(Trees.object(template, "spec"), "spec.template.spec", errors);
    String restart = Trees.text(template, "spec", "restartPolicy");
    if (!restart.equals("Always")) {
      errors.add(
          FieldError.notSupported("spec.template.spec.restartPolicy", restart, List.of("Always")));
    }
  }

  private static void job(@Nullable ObjectNode spec, String path, FieldErrors errors) {
    if (spec == null) {
      return;
    }
    LabelSelectors.validate(Trees.object(spec, "selector"), path + ".selector", errors);
    String at = path + ".template.spec";
    podSpec(Trees.object(spec, "template", "spec"), at, errors);
    String restart = Trees.text(spec, "template", "spec", "restartPolicy");
    if (restart.equals("Always")) {
      errors.add(
          FieldError.required(at + ".restartPolicy", "valid values: \"OnFailure\", \"Never\""));
    }
  }

  private static void podSpec(@Nullable ObjectNode spec, String path, FieldErrors errors) {
    if (spec == null || Trees.isEmpty(spec, "containers")) {
      errors.add(FieldError.required(path + ".containers", ""));
      if (spec == null) {
        return;
      }
    }
    Set<String> names = new HashSet<>();
    for (String which : new String[] {"containers", "initContainers", "ephemeralContainers"}) {
      List<ObjectNode> containers = Trees.objects(spec, which);
      for (int i = 0; i < containers.size() && !errors.isFull(); i++) {
        container(containers.get(i), path + "." + which + "[" + i + "]", names, errors);
      }
    }
    List<ObjectNode> volumes = Trees.objects(spec, "volumes");
    Set<String> volumeNames = new HashSet<>();
    for (int i = 0; i < volumes.size() && !errors.isFull(); i++) {
      name(volumes.get(i), path + ".volumes[" + i + "]", volumeNames, errors);
    }
  }

  private static void container(
      ObjectNode container, String path, Set<String> names, FieldErrors errors) {
    name(container, path, names, errors);
    if (Trees.text(container, "image").isEmpty()) {
      errors.add(FieldError.required(path + ".image", ""));
    }
    List<ObjectNode> ports = Trees.objects(container, "ports");
    for (int i = 0; i < ports.size() && !errors.isFull(); i++) {
      String at = path + ".ports[" + i + "].containerPort";
      long port = Trees.number(ports.get(i), "containerPort");
      if (port == 0) {
        errors.add(FieldError.required(at, ""));
      } else {
        port(at, port, errors);
      }
    }
  }

  private static void name(ObjectNode node, String path, Set<String> names, FieldErrors errors) {
    String name = Trees.text(node, "name");
    String at = path + ".name";
    if (name.isEmpty()) {
      errors.add(FieldError.required(at, ""));
    } else {
      errors.invalid(at, name, Names.dnsLabel(name));
      if (!names.add(name)) {
        errors.add(FieldError.duplicate(at, name));
      }
    }
  }

  private static void port(String path, long port, FieldErrors errors) {
    if (port < 1 || port > PORT_MAX) {
      errors.add(FieldError.invalid(path, port, "must be between 1 and 65535, inclusive"));
    }
  }

  private static void service(ObjectNode spec, FieldErrors errors) {
    List<ObjectNode> ports = Trees.objects(spec, "ports");
    boolean external = Trees.text(spec, "type").equals("ExternalName");
    if (ports.isEmpty() && !external && !Trees.text(spec, "clusterIP").equals("None")) {
      errors.add(FieldError.required("spec.ports", ""));
    }
    if (external && Trees.text(spec, "externalName").isEmpty()) {
      errors.add(FieldError.required("spec.externalName", ""));
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < ports.size() && !errors.isFull(); i++) {
      String path = "spec.ports[" + i + "]";
      String name = Trees.text(ports.get(i), "name");
      if (name.isEmpty() && ports.size() > 1) {
        errors.add(FieldError.required(path + ".name", ""));
      } else if (!name.isEmpty() && !names.add(name)) {
        errors.add(FieldError.duplicate(path + ".name", name));
      }
      port(path + ".port", Trees.number(ports.get(i), "port"), errors);
    }
  }

  private static void claim(ObjectNode spec, FieldErrors errors) {
    if (Trees.isEmpty(spec, "accessModes")) {
      errors.add(FieldError.required("spec.accessModes", "at least 1 access mode is required"));
    }
    if (Trees.at(spec, "resources", "requests", "storage") == null) {
      errors.add(FieldError.required("spec.resources[storage]", ""));
    }
  }
}
