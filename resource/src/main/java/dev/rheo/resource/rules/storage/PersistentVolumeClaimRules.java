package dev.rheo.resource.rules.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoDiff;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.LabelSelectors;
import dev.rheo.resource.rules.kind.Quantities;
import dev.rheo.resource.rules.kind.ResourceNames;
import dev.rheo.resource.rules.storage.ClaimSpecs.Leniency;
import dev.rheo.resource.type.WriteContext;
import java.util.List;
import java.util.function.Consumer;

/** Rules for writes of persistent volume claims. */
final class PersistentVolumeClaimRules extends KindRules {
  private static final String SPEC = "core.PersistentVolumeClaimSpec";
  private static final String CLASS = "volume.beta.kubernetes.io/storage-class";

  private static final List<String> RESIZE_STATUSES =
      List.of(
          "ControllerResizeInProgress",
          "ControllerResizeInfeasible",
          "NodeResizeInProgress",
          "NodeResizeInfeasible",
          "NodeResizePending");

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    dataSource(Trees.need(object, "spec"), object.objectNode());
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.isEmpty()) {
      ObjectNode before = Trees.object(old, "spec");
      dataSource(Trees.need(object, "spec"), before == null ? object.objectNode() : before);
    }
  }

  private static void dataSource(ObjectNode spec, ObjectNode old) {
    // sources in other namespaces are off by default
    if (!Trees.text(spec, "dataSourceRef", "namespace").isEmpty()
        && !Trees.has(old, "dataSourceRef")) {
      spec.remove("dataSourceRef");
    }
    ObjectNode source = Trees.object(spec, "dataSource");
    boolean inUse = Trees.has(old, "dataSource") || Trees.has(old, "dataSourceRef");
    if (source != null
        && !Trees.has(spec, "dataSourceRef")
        && !inUse
        && !isClaimOrSnapshot(source)) {
      spec.remove("dataSource");
    }
    normalize(spec);
  }

  /** Keeps {@code dataSource} and its successor {@code dataSourceRef} consistent. */
  private static void normalize(ObjectNode spec) {
    ObjectNode source = Trees.object(spec, "dataSource");
    ObjectNode reference = Trees.object(spec, "dataSourceRef");
    if (source != null && reference == null) {
      spec.set("dataSourceRef", typedReference(source));
    } else if (reference != null
        && source == null
        && Trees.text(reference, "namespace").isEmpty()) {
      spec.set("dataSource", typedReference(reference));
    }
  }

  private static boolean isClaimOrSnapshot(ObjectNode source) {
    String group = Trees.text(source, "apiGroup");
    return switch (Trees.text(source, "kind")) {
      case "PersistentVolumeClaim" -> group.isEmpty();
      case "VolumeSnapshot" -> group.equals("snapshot.storage.k8s.io");
      default -> false;
    };
  }

  private static ObjectNode typedReference(ObjectNode from) {
    ObjectNode reference = from.objectNode();
    for (String field : new String[] {"apiGroup", "kind", "name"}) {
      Trees.copy(from, reference, field);
    }
    return reference;
  }

  @Override
  protected void checkCreate(Field object) {
    ClaimSpecs.validate(object.at("spec"), Leniency.NONE);
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    Field spec = object.at("spec");
    Field before = old.at("spec");
    ClaimSpecs.validate(
        spec,
        new Leniency(
            !LabelSelectors.isValid(before.at("selector")),
            before.at("dataSource", "apiGroup").present()
                || before.at("dataSourceRef", "apiGroup").present()));
    immutableSpec(object, old);
    Field size = spec.at("resources", "requests", "storage");
    Field oldSize = before.at("resources", "requests", "storage");
    Field actual = old.at("status", "capacity", "storage");
    if (Quantities.compare(size, oldSize) < 0 && Quantities.compare(size, actual) <= 0) {
      size.forbidden("field can not be less than status.capacity");
    }
    spec.at("volumeMode").placed(object.at("volumeMode")).immutable(before.at("volumeMode"));
    Field name = spec.at("volumeAttributesClassName");
    if (!name.same(before.at("volumeAttributesClassName"))
        && old.at("status", "currentVolumeAttributesClassName").present()
        && name.isEmpty()) {
      name.forbidden(
          "update to "
              + (name.absent() ? "nil" : "empty string")
              + " is forbidden when status.currentVolumeAttributesClassName is not nil");
    }
  }

  /** Refuses changes of the spec, but for a few that are allowed once or for a bound claim. */
  private static void immutableSpec(Field object, Field old) {
    ObjectNode now = TreeCopies.of(object.at("spec").object());
    ObjectNode before = TreeCopies.of(old.at("spec").object());
    normalize(before);
    if (Trees.text(before, "volumeName").isEmpty()) {
      Trees.copy(now, before, "volumeName");
    }
    storageClass(object, old, now, before);
    if (old.at("status", "phase").is("Bound")) {
      ObjectNode requests = Trees.object(now, "resources", "requests");
      ObjectNode oldRequests = Trees.object(before, "resources", "requests");
      if (requests != null && oldRequests != null) {
        Trees.copy(oldRequests, requests, "storage");
      }
      Trees.copy(before, now, "volumeAttributesClassName");
    }
    if (!GoValues.same(SPEC, now, before)) {
      object
          .at("spec")
          .forbidden(
              "spec is immutable after creation except resources.requests and"
                  + " volumeAttributesClassName for bound claims\n"
                  + GoDiff.of(SPEC, before, now));
    }
  }

  /** The class may move from an annotation to the spec, and may be set if there was none. */
  private static void storageClass(Field object, Field old, ObjectNode now, ObjectNode before) {
    Field annotation = object.at("metadata", "annotations", CLASS);
    Field oldAnnotation = old.at("metadata", "annotations", CLASS);
    boolean added = !Trees.has(before, "storageClassName") && Trees.has(now, "storageClassName");
    boolean named = oldAnnotation.is(Trees.text(now, "storageClassName"));
    if (added
        && oldAnnotation.present()
        && named
        && (annotation.absent() || annotation.is(oldAnnotation.text()))) {
      now.remove("storageClassName");
      return;
    }
    if (!annotation.is(oldAnnotation.text())) {
      annotation.invalid(annotation.text(), "field is immutable");
    }
    if (added && (oldAnnotation.absent() || named)) {
      now.remove("storageClassName");
    }
  }

  @Override
  protected void checkSubresource(String subresource, Field object, Field old) {
    if (object.at("spec", "accessModes").isEmpty()) {
      object.at("Spec", "accessModes").required("");
    }
    for (Field quantity : object.at("status", "capacity").entries()) {
      Quantities.basic(quantity);
    }
    Field statuses = object.at("status", "allocatedResourceStatuses");
    for (Field status : statuses.entries()) {
      resourceKey(statuses, status.name());
      if (!RESIZE_STATUSES.contains(status.text())) {
        // upstream shows the resource, not its status
        statuses.notSupported(status.name(), RESIZE_STATUSES);
      }
    }
    Field resources = object.at("status", "allocatedResources");
    for (Field quantity : resources.entries()) {
      if (resourceKey(resources, quantity.name())) {
        Quantities.basic(quantity);
      }
    }
  }

  private static boolean resourceKey(Field at, String name) {
    List<String> faults = Names.labelKey(name);
    faults.forEach(fault -> at.invalid(name, fault));
    if (!faults.isEmpty()) {
      return false;
    }
    if (ResourceNames.isNative(name) && !name.equals("storage")) {
      at.notSupported(name, List.of("storage"));
      return false;
    }
    return true;
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    Field annotation = object.at("metadata", "annotations").key(CLASS);
    if (annotation.present()) {
      warnings.accept(
          annotation.path()
              + ": deprecated since v1.8; use \"storageClassName\" attribute instead");
    }
    ClaimSpecs.warn(object.at("spec"), warnings);
  }
}
