package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.GroupResource;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.Trees;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The subresource {@code binding} of a pod, by which a scheduler assigns it to a node. */
final class Bindings {
  private static final GroupResource REFUSED = new GroupResource("", "pods/binding");

  private Bindings() {}

  static void validate(ObjectPath path, ObjectNode binding) {
    if (path.name().isEmpty()) {
      throw ApiException.badRequest("Name parameter required.");
    }
    if (!Meta.of(binding).name().equals(path.name())) {
      throw ApiException.badRequest("name in URL does not match name in Binding object");
    }
    FieldErrors errors = new FieldErrors();
    String kind = binding.path("target").path("kind").asText("");
    if (!kind.isEmpty() && !kind.equals("Node")) {
      errors.add(FieldError.notSupported("target.kind", kind, List.of("Node", "<empty>")));
    }
    if (binding.path("target").path("name").asText("").isEmpty()) {
      errors.add(FieldError.required("target.name", ""));
    }
    errors.refuse("", "Binding", path.name());
  }

  /** Assigns the pod to the node of the binding. */
  static Outcome outcome(
      ObjectPath path, ObjectNode binding, @Nullable Version version, Instant now) {
    if (version == null) {
      throw ApiException.notFound(path.groupResource(), path.name());
    }
    ObjectNode pod = version.tree();
    Meta meta = Meta.of(pod);
    Meta sent = Meta.of(binding);
    Updates.requireUid(path, sent.uid().isEmpty() ? null : sent.uid(), meta.uid());
    if (!sent.resourceVersion().isEmpty()
        && !sent.resourceVersion().equals(Long.toString(version.revision()))) {
      throw ApiException.conflict(
          path.groupResource(),
          path.name(),
          "Precondition failed: ResourceVersion in precondition: "
              + sent.resourceVersion()
              + ", ResourceVersion in object meta: "
              + version.revision());
    }
    ObjectNode spec = Trees.need(pod, "spec");
    String node = spec.path("nodeName").asText("");
    if (meta.isDeleting()) {
      throw refuse(path, "pod " + path.name() + " is being deleted, cannot be assigned to a host");
    }
    if (!node.isEmpty()) {
      throw refuse(path, "pod " + path.name() + " is already assigned to node \"" + node + "\"");
    }
    if (!spec.path("schedulingGates").isEmpty()) {
      throw refuse(path, "pod " + path.name() + " has non-empty .spec.schedulingGates");
    }
    spec.put("nodeName", binding.path("target").path("name").asText());
    meta.putAll("annotations", sent.map("annotations"));
    meta.putAll("labels", sent.map("labels"));
    ObjectNode status = Trees.need(pod, "status");
    status.remove("nominatedNodeName");
    condition(status, "PodScheduled", "", "", now);
    return new Outcome.Put(pod);
  }

  /** Sets a condition of a pod to True. */
  static void condition(
      ObjectNode status, String type, String reason, String message, Instant now) {
    ArrayNode conditions = Trees.needArray(status, "conditions");
    ObjectNode condition = null;
    for (int i = 0; i < conditions.size(); i++) {
      if (conditions.path(i).path("type").asText().equals(type)) {
        condition = (ObjectNode) conditions.get(i);
      }
    }
    String since = Meta.time(now);
    if (condition == null) {
      condition = conditions.addObject();
    } else if (condition.path("status").asText().equals("True")) {
      since = condition.path("lastTransitionTime").asText(since);
    }
    condition.removeAll();
    condition.put("type", type).put("status", "True").put("lastTransitionTime", since);
    if (!reason.isEmpty()) {
      condition.put("reason", reason).put("message", message);
    }
  }

  private static ApiException refuse(ObjectPath path, String why) {
    return ApiException.conflict(REFUSED, path.name(), why);
  }
}
