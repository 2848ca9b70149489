package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.defaults.PodResources;
import dev.rheo.resource.rules.kind.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks writes of {@code pods/resize}, which change how much CPU and memory a pod gets. */
final class PodResizeRules {
  private static final List<String> LISTS = List.of("limits", "requests");
  private static final String ONLY_COMPUTE = "only cpu and memory resources are mutable";

  private PodResizeRules() {}

  static void validate(Field pod, Field old) {
    Field spec = pod.at("spec");
    Field before = old.at("spec");
    String oldQos = old.at("status", "qosClass").text();
    if (oldQos.isEmpty()) {
      oldQos = PodResources.qosClass(before.object());
    }
    if (!oldQos.equals(PodResources.qosClass(spec.object()))) {
      spec.invalid(
          pod.at("status", "qosClass").text(),
          "Pod QOS Class may not change as a result of resizing");
    }
    if (!nodeCanResize(old)) {
      spec.forbidden("Pod running on node without support for resize");
    }
    podLevel(spec, before);
    if (old.at("status", "nodeAllocatableResourceClaimStatuses").size() > 0) {
      spec.forbidden("pods with node allocatable resource claims cannot be resized");
    }
    if (!inOrder(spec.at("containers"), before.at("containers"))
        | !inOrder(spec.at("initContainers"), before.at("initContainers"))) {
      return;
    }
    for (String list : new String[] {"initContainers", "containers"}) {
      int i = 0;
      for (Field container : spec.at(list).items()) {
        noneRemoved(
            container.at("resources"), before.at(list).index(i++).at("resources"), "resource");
      }
    }
    containers(spec, before);
    initContainers(spec.at("initContainers"), before.at("initContainers"));
    if (pod.faults() == 0
        && !isSet(spec.at("resources"))
        && !isSet(before.at("resources"))
        && spec.at("resources").present() != before.at("resources").present()) {
      spec.forbidden(ONLY_COMPUTE);
    }
  }

  /** A node that cannot resize does not report the resources of running containers. */
  private static boolean nodeCanResize(Field pod) {
    for (ObjectNode status : Trees.objects(pod.node(), "status", "containerStatuses")) {
      if (Trees.at(status, "state", "running") != null) {
        return Trees.has(status, "resources");
      }
    }
    return true;
  }

  private static void podLevel(Field spec, Field old) {
    Field resources = spec.at("resources");
    Field before = old.at("resources");
    if (!isSet(resources) && !isSet(before)) {
      return;
    }
    if (before.present()) {
      if (resources.absent()) {
        resources.forbidden("pod-level resources cannot be removed");
        return;
      }
      noneRemoved(resources, before, "pod-level resource");
    }
    if (!Trees.same(withOldCompute(resources.node(), before.node()), before.node())) {
      spec.forbidden(ONLY_COMPUTE + " at pod-level");
    }
  }

  private static boolean isSet(Field resources) {
    return resources.at("requests").size() + resources.at("limits").size() > 0;
  }

  private static boolean inOrder(Field containers, Field old) {
    String which = containers.name();
    if (containers.size() != old.size()) {
      containers.forbidden(which + " may not be added or removed on resize");
      return false;
    }
    boolean same = true;
    int i = 0;
    for (Field container : containers.items()) {
      Field name = container.at("name");
      if (!name.is(old.index(i++).at("name").text())) {
        name.forbidden(which + " may not be renamed or reordered on resize");
        same = false;
      }
    }
    return same;
  }

  private static void noneRemoved(Field resources, Field old, String what) {
    for (String list : new String[] {"requests", "limits"}) {
      ObjectNode now = resources.at(list).object();
      ObjectNode before = old.at(list).object();
      if (before.properties().stream().anyMatch(one -> !Trees.has(now, one.getKey()))) {
        resources.at(list).forbidden(what + " " + list + " cannot be removed");
      }
    }
  }

  private static void containers(Field spec, Field old) {
    int i = 0;
    for (Field container : spec.at("containers").items()) {
      if (changesMore(container, old.at("containers").index(i++))) {
        spec.forbidden(ONLY_COMPUTE);
      }
    }
  }

  private static void initContainers(Field containers, Field old) {
    int i = 0;
    for (Field container : containers.items()) {
      Field before = old.index(i++);
      if (changesMore(container, before)) {
        container.forbidden(
            "only cpu and memory resources for init or sidecar containers are mutable");
      }
      if (!container.same(before) && !Containers.isSidecar(container.object())) {
        for (Field policy : container.at("resizePolicy").items()) {
          if (policy.at("restartPolicy").is("RestartContainer")) {
            container.forbidden(
                "non-sidecar init containers with a resize policy of RestartContainer cannot be"
                    + " resized");
          }
        }
      }
    }
  }

  /** Whether anything but CPU and memory differs. Claims cannot be resized, nor go along. */
  private static boolean changesMore(Field container, Field old) {
    ObjectNode copy = container.object().objectNode();
    copy.setAll(container.object());
    JsonNode now = Trees.get(copy, "resources");
    ObjectNode resources =
        withOldCompute(now == null ? copy.objectNode() : now, old.at("resources").node());
    resources.remove("claims");
    copy.set("resources", resources);
    return !Trees.same(copy, old.node());
  }

  private static ObjectNode withOldCompute(@Nullable JsonNode resources, @Nullable JsonNode old) {
    ObjectNode copy =
        resources instanceof ObjectNode object
            ? TreeCopies.of(object)
            : JsonNodeFactory.instance.objectNode();
    for (String list : LISTS) {
      ObjectNode amounts = Trees.need(copy, list);
      ObjectNode before = Trees.object(old, list);
      for (String resource : new String[] {"cpu", "memory"}) {
        JsonNode amount = Trees.get(before, resource);
        if (amount == null) {
          amounts.remove(resource);
        } else {
          amounts.set(resource, amount);
        }
      }
    }
    return copy;
  }
}
