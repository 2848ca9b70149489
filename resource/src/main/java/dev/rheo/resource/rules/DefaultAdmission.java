package dev.rheo.resource.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.List;

/**
 * The default admission plugins, as far as they look up no other objects: DefaultTolerationSeconds,
 * ServiceAccount (the name only), TaintNodesByCondition, StorageObjectInUseProtection.
 */
public final class DefaultAdmission {
  private static final int TOLERATION_SECONDS = 300;
  private static final String MIRROR = "kubernetes.io/config.mirror";
  private static final String NOT_READY = "node.kubernetes.io/not-ready";
  private static final String UNREACHABLE = "node.kubernetes.io/unreachable";

  private DefaultAdmission() {}

  public static void create(ObjectNode object, String resource) {
    switch (resource) {
      case "pods" -> pod(object, Trees.need(object, "spec"));
      case "nodes" -> taint(Trees.need(object, "spec"));
      case "persistentvolumes" -> finalizer(object, "kubernetes.io/pv-protection");
      case "persistentvolumeclaims" -> finalizer(object, "kubernetes.io/pvc-protection");
      case "volumeattributesclasses.storage.k8s.io" ->
          finalizer(object, "kubernetes.io/vac-protection");
      default -> {}
    }
  }

  /** As upstream, whoever replaces the tolerations of a pod does not take away the default ones. */
  public static void update(ObjectNode object, String resource, String subresource) {
    if (resource.equals("pods") && subresource.isEmpty()) {
      ObjectNode spec = Trees.need(object, "spec");
      tolerate(spec, NOT_READY);
      tolerate(spec, UNREACHABLE);
    }
  }

  private static void pod(ObjectNode pod, ObjectNode spec) {
    boolean isMirror = Trees.at(pod, "metadata", "annotations", MIRROR) != null;
    if (!isMirror && Trees.text(spec, "serviceAccountName").isEmpty()) {
      spec.put("serviceAccountName", "default");
      spec.put("serviceAccount", "default");
    }
    tolerate(spec, NOT_READY);
    tolerate(spec, UNREACHABLE);
  }

  /** Tolerates the taint for {@value #TOLERATION_SECONDS} seconds, unless the pod tolerates it. */
  private static void tolerate(ObjectNode spec, String taint) {
    List<ObjectNode> tolerations = Trees.objects(spec, "tolerations");
    for (ObjectNode toleration : tolerations) {
      String key = Trees.text(toleration, "key");
      String effect = Trees.text(toleration, "effect");
      if ((key.isEmpty() || key.equals(taint))
          && (effect.isEmpty() || effect.equals("NoExecute"))) {
        return;
      }
    }
    Trees.needArray(spec, "tolerations")
        .addObject()
        .put("key", taint)
        .put("operator", "Exists")
        .put("effect", "NoExecute")
        .put("tolerationSeconds", TOLERATION_SECONDS);
  }

  private static void taint(ObjectNode spec) {
    for (ObjectNode taint : Trees.objects(spec, "taints")) {
      if (Trees.text(taint, "key").equals(NOT_READY)
          && Trees.text(taint, "effect").equals("NoSchedule")) {
        return;
      }
    }
    Trees.needArray(spec, "taints").addObject().put("key", NOT_READY).put("effect", "NoSchedule");
  }

  private static void finalizer(ObjectNode object, String name) {
    ObjectNode metadata = Trees.metadata(object);
    if (!Trees.strings(metadata, "finalizers").contains(name)) {
      Trees.needArray(metadata, "finalizers").add(name);
    }
  }
}
