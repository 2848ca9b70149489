package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Excerpt;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Upstream's plugin RuntimeClass: a new pod gets the overhead, the node selector and the
 * tolerations of its class.
 */
final class RuntimeClassAdmission implements AdmissionPlugin {
  private static final String MISMATCH =
      "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

  private final StoredObjects objects;

  RuntimeClassAdmission(StoredObjects objects) {
    this.objects = objects;
  }

  @Override
  public void admit(AdmissionRequest request) {
    ObjectNode found = classOf(request);
    if (found == null) {
      return;
    }
    ObjectNode spec = Trees.need(request.object(), "spec");
    if (Trees.has(found, "overhead")) {
      ObjectNode fixed = Trees.object(found, "overhead", "podFixed");
      ObjectNode own = Trees.object(spec, "overhead");
      if (own != null && !own.isEmpty() && !isSame(own, fixed)) {
        throw request.forbidden(MISMATCH);
      }
      if (fixed == null) {
        spec.remove("overhead");
      } else {
        spec.set("overhead", fixed.deepCopy());
      }
    }
    if (Trees.has(found, "scheduling")) {
      select(request, spec, Trees.object(found, "scheduling", "nodeSelector"));
      tolerate(spec, Trees.objects(found, "scheduling", "tolerations"));
    }
  }

  @Override
  public void validate(AdmissionRequest request) {
    if (!isNewPod(request)) {
      return;
    }
    ObjectNode found = classOf(request);
    ObjectNode own = Trees.object(request.object(), "spec", "overhead");
    if (found != null && Trees.has(found, "overhead")) {
      if (!isSame(own, Trees.object(found, "overhead", "podFixed"))) {
        throw request.forbidden(MISMATCH);
      }
    } else if (own != null) {
      throw request.forbidden(
          "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
    }
  }

  private static boolean isNewPod(AdmissionRequest request) {
    return request.isCreate() && request.isOf("pods");
  }

  private @Nullable ObjectNode classOf(AdmissionRequest request) {
    if (!isNewPod(request)) {
      return null;
    }
    JsonNode name = Trees.at(request.object(), "spec", "runtimeClassName");
    if (name == null || name.isNull()) {
      return null;
    }
    ObjectNode found = objects.get("runtimeclasses.node.k8s.io", name.asText());
    if (found == null) {
      throw request.forbidden(
          "pod rejected: RuntimeClass " + Excerpt.quoted(name.asText()) + " not found");
    }
    return found;
  }

  private static boolean isSame(@Nullable ObjectNode one, @Nullable ObjectNode other) {
    if (one == null || other == null || one.size() != other.size()) {
      return Trees.isEmpty(one) && Trees.isEmpty(other);
    }
    for (Map.Entry<String, JsonNode> amount : one.properties()) {
      JsonNode wanted = other.get(amount.getKey());
      if (wanted == null
          || Quantities.amount(wanted).compareTo(Quantities.amount(amount.getValue())) != 0) {
        return false;
      }
    }
    return true;
  }

  private static void select(
      AdmissionRequest request, ObjectNode spec, @Nullable ObjectNode wanted) {
    if (wanted == null) {
      return;
    }
    ObjectNode own = Trees.need(spec, "nodeSelector");
    for (Map.Entry<String, JsonNode> label : wanted.properties()) {
      JsonNode value = own.get(label.getKey());
      if (value != null && !value.equals(label.getValue())) {
        throw request.forbidden(
            "conflict: runtimeClass.scheduling.nodeSelector[%s] = %s; pod.spec.nodeSelector[%s] = %s"
                .formatted(
                    label.getKey(), label.getValue().asText(), label.getKey(), value.asText()));
      }
      own.set(label.getKey(), label.getValue());
    }
  }

  /** Adds tolerations; what another one covers is left out. */
  private static void tolerate(ObjectNode spec, List<ObjectNode> more) {
    List<ObjectNode> all = new ArrayList<>(Trees.objects(spec, "tolerations"));
    all.addAll(more);
    if (all.isEmpty()) {
      return;
    }
    ArrayNode merged = spec.arrayNode();
    for (int i = 0; i < all.size(); i++) {
      ObjectNode one = all.get(i);
      boolean covered = false;
      for (JsonNode before : merged) {
        covered |= covers((ObjectNode) before, one);
      }
      for (ObjectNode after : all.subList(i + 1, all.size())) {
        covered |= !after.equals(one) && covers(after, one);
      }
      if (!covered) {
        merged.add(one.deepCopy());
      }
    }
    spec.set("tolerations", merged);
  }

  private static boolean covers(ObjectNode wide, ObjectNode narrow) {
    if (wide.equals(narrow)) {
      return true;
    }
    String key = Trees.text(wide, "key");
    String operator = Trees.text(wide, "operator");
    String effect = Trees.text(wide, "effect");
    if (!key.equals(Trees.text(narrow, "key")) && !(key.isEmpty() && operator.equals("Exists"))) {
      return false;
    }
    if (!effect.isEmpty() && !effect.equals(Trees.text(narrow, "effect"))) {
      return false;
    }
    if (effect.equals("NoExecute")
        && Trees.has(wide, "tolerationSeconds")
        && (!Trees.has(narrow, "tolerationSeconds")
            || Trees.number(narrow, "tolerationSeconds")
                > Trees.number(wide, "tolerationSeconds"))) {
      return false;
    }
    return operator.equals("Exists")
        || ((operator.isEmpty() || operator.equals("Equal"))
            && Trees.text(narrow, "operator").equals("Equal")
            && Trees.text(narrow, "value").equals(Trees.text(wide, "value")));
  }
}
