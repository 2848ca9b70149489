package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.defaults.PodResources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Upstream's plugin LimitRanger: the LimitRanges of a namespace give containers resources that they
 * do not name, and bound those of containers, pods and claims.
 */
final class LimitRanger implements AdmissionPlugin {
  private static final String LIMIT_RANGES = "limitranges";
  private static final String PODS = "pods";
  private static final String CLAIMS = "persistentvolumeclaims";
  private static final String ANNOTATION = "kubernetes.io/limit-ranger";

  private final StoredObjects objects;

  LimitRanger(StoredObjects objects) {
    this.objects = objects;
  }

  @Override
  public void admit(AdmissionRequest request) {
    if (isPod(request)) {
      for (ObjectNode range : objects.list(LIMIT_RANGES, request.namespace())) {
        complete(request.object(), range);
      }
    }
  }

  @Override
  public void validate(AdmissionRequest request) {
    boolean pod = isPod(request);
    if (!pod && (!request.isOf(CLAIMS) || isDeleting(request))) {
      return;
    }
    for (ObjectNode range : objects.list(LIMIT_RANGES, request.namespace())) {
      LimitFaults faults = new LimitFaults();
      for (ObjectNode limit : Trees.objects(range, "spec", "limits")) {
        if (pod) {
          pod(limit, request.object(), faults);
        } else if (Trees.text(limit, "type").equals("PersistentVolumeClaim")) {
          claim(limit, request.object(), faults);
        }
      }
      if (!faults.isEmpty()) {
        throw request.forbidden(faults.message());
      }
    }
  }

  /** Containers of a pod cannot be changed but by its creation and by resizing it. */
  private static boolean isPod(AdmissionRequest request) {
    return (request.isOf(PODS) && request.isCreate())
        || (request.type().storage().name().equals(PODS)
            && request.subresource().equals("resize")
            && !isDeleting(request));
  }

  private static boolean isDeleting(AdmissionRequest request) {
    return !Trees.text(request.old(), "metadata", "deletionTimestamp").isEmpty();
  }

  private static void complete(ObjectNode pod, ObjectNode range) {
    Map<String, JsonNode> limits = new TreeMap<>();
    Map<String, JsonNode> requests = new TreeMap<>();
    for (ObjectNode limit : Trees.objects(range, "spec", "limits")) {
      if (Trees.text(limit, "type").equals("Container")) {
        putAll(limit, "default", limits);
        putAll(limit, "defaultRequest", requests);
      }
    }
    List<String> notes = new ArrayList<>();
    complete(pod, "containers", "container", requests, limits, notes);
    complete(pod, "initContainers", "init container", requests, limits, notes);
    if (!notes.isEmpty()) {
      Trees.need(Trees.metadata(pod), "annotations")
          .put(ANNOTATION, "LimitRanger plugin set: " + String.join("; ", notes));
    }
  }

  private static void putAll(ObjectNode limit, String field, Map<String, JsonNode> into) {
    ObjectNode amounts = Trees.object(limit, field);
    if (amounts != null) {
      amounts.properties().forEach(entry -> into.put(entry.getKey(), entry.getValue()));
    }
  }

  private static void complete(
      ObjectNode pod,
      String field,
      String word,
      Map<String, JsonNode> requests,
      Map<String, JsonNode> limits,
      List<String> notes) {
    for (ObjectNode container : Trees.objects(pod, "spec", field)) {
      String of = " for " + word + " " + Trees.text(container, "name");
      note(addMissing(container, "requests", requests), " request" + of, notes);
      note(addMissing(container, "limits", limits), " limit" + of, notes);
    }
  }

  private static void note(List<String> added, String what, List<String> notes) {
    if (!added.isEmpty()) {
      notes.add(String.join(", ", added) + what);
    }
  }

  private static List<String> addMissing(
      ObjectNode container, String field, Map<String, JsonNode> amounts) {
    ObjectNode present = Trees.object(container, "resources", field);
    List<String> added = new ArrayList<>();
    for (Map.Entry<String, JsonNode> amount : amounts.entrySet()) {
      if (present == null || !present.has(amount.getKey())) {
        added.add(amount.getKey());
      }
    }
    if (!added.isEmpty()) {
      ObjectNode into = Trees.need(Trees.need(container, "resources"), field);
      added.forEach(name -> into.set(name, amounts.get(name)));
    }
    return added;
  }

  private static void pod(ObjectNode limit, ObjectNode pod, LimitFaults faults) {
    switch (Trees.text(limit, "type")) {
      case "Container" -> {
        for (String field : List.of("containers", "initContainers")) {
          for (ObjectNode container : Trees.objects(pod, "spec", field)) {
            bounds(
                limit,
                "Container",
                texts(Trees.object(container, "resources", "requests")),
                texts(Trees.object(container, "resources", "limits")),
                faults);
          }
        }
      }
      case "Pod" -> {
        ObjectNode spec = Trees.need(pod, "spec");
        bounds(
            limit,
            "Pod",
            PodResources.total(spec, "requests"),
            PodResources.total(spec, "limits"),
            faults);
      }
      default -> {}
    }
  }

  private static void bounds(
      ObjectNode limit,
      String type,
      Map<String, String> requests,
      Map<String, String> limits,
      LimitFaults faults) {
    texts(Trees.object(limit, "min"))
        .forEach(
            (name, min) -> faults.minimum(type, name, min, requests.get(name), limits.get(name)));
    texts(Trees.object(limit, "max"))
        .forEach(
            (name, max) -> faults.maximum(type, name, max, requests.get(name), limits.get(name)));
    texts(Trees.object(limit, "maxLimitRequestRatio"))
        .forEach(
            (name, max) -> faults.ratio(type, name, max, requests.get(name), limits.get(name)));
  }

  private static void claim(ObjectNode limit, ObjectNode claim, LimitFaults faults) {
    String type = "PersistentVolumeClaim";
    Map<String, String> requests = texts(Trees.object(claim, "spec", "resources", "requests"));
    texts(Trees.object(limit, "min"))
        .forEach((name, min) -> faults.minimum(type, name, min, requests.get(name), null));
    texts(Trees.object(limit, "max"))
        .forEach((name, max) -> faults.maximumRequest(type, name, max, requests.get(name)));
  }

  private static Map<String, String> texts(@Nullable ObjectNode amounts) {
    Map<String, String> texts = new TreeMap<>();
    if (amounts != null) {
      amounts.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    }
    return texts;
  }
}
