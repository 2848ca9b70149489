package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import org.jspecify.annotations.Nullable;

/** Upstream's plugin Priority: pods get the priority of their class. */
final class PriorityAdmission implements AdmissionPlugin {
  private static final String CLASSES = "priorityclasses.scheduling.k8s.io";
  private static final String LOWER = "PreemptLowerPriority";

  private final StoredObjects objects;

  PriorityAdmission(StoredObjects objects) {
    this.objects = objects;
  }

  @Override
  public void admit(AdmissionRequest request) {
    if (!request.isOf("pods")) {
      return;
    }
    ObjectNode spec = Trees.need(request.object(), "spec");
    ObjectNode old = request.old();
    if (old == null) {
      create(request, spec);
    } else {
      keep(spec, Trees.object(old, "spec"), "priority");
      keep(spec, Trees.object(old, "spec"), "preemptionPolicy");
    }
  }

  private static void keep(ObjectNode spec, @Nullable ObjectNode old, String field) {
    if (old != null && !Trees.has(spec, field) && Trees.has(old, field)) {
      spec.set(field, old.get(field));
    }
  }

  private void create(AdmissionRequest request, ObjectNode spec) {
    String name = Trees.text(spec, "priorityClassName");
    ObjectNode found;
    if (name.isEmpty()) {
      found = byDefault();
    } else {
      found = objects.get(CLASSES, name);
      if (found == null) {
        throw request.forbidden("no PriorityClass with name " + name + " was found");
      }
    }
    long priority = Trees.number(found, "value");
    String policy = found == null ? LOWER : Trees.text(found, "preemptionPolicy");
    if (found != null) {
      spec.put("priorityClassName", Trees.name(found));
    }
    if (Trees.has(spec, "priority") && Trees.number(spec, "priority") != priority) {
      throw request.forbidden(
          "the integer value of priority ("
              + Trees.number(spec, "priority")
              + ") must not be provided in pod spec; priority admission controller computed "
              + priority
              + " from the given PriorityClass name");
    }
    spec.put("priority", (int) priority);
    if (policy.isEmpty()) {
      return;
    }
    String asked = Trees.text(spec, "preemptionPolicy");
    if (!asked.isEmpty() && !asked.equals(policy)) {
      throw request.forbidden(
          "the string value of PreemptionPolicy ("
              + asked
              + ") must not be provided in pod spec; priority admission controller computed "
              + policy
              + " from the given PriorityClass name");
    }
    spec.put("preemptionPolicy", policy);
  }

  /** The class of pods without one: of several, which only a race can make, the lowest. */
  private @Nullable ObjectNode byDefault() {
    ObjectNode lowest = null;
    for (ObjectNode one : objects.list(CLASSES, "")) {
      if (Trees.flag(one, "globalDefault")
          && (lowest == null || Trees.number(one, "value") < Trees.number(lowest, "value"))) {
        lowest = one;
      }
    }
    return lowest;
  }

  @Override
  public void validate(AdmissionRequest request) {
    if (!request.isOf(CLASSES) || !Trees.flag(request.object(), "globalDefault")) {
      return;
    }
    ObjectNode present = byDefault();
    if (present != null && (request.isCreate() || !Trees.name(present).equals(request.name()))) {
      throw request.forbidden(
          "PriorityClass "
              + Trees.name(present)
              + " is already marked as default. Only one default can exist");
    }
  }
}
