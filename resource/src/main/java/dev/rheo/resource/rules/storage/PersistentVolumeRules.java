package dev.rheo.resource.rules.storage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.FieldErrors;
import dev.rheo.codec.tree.TreeCopies;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.DeprecatedNodeLabels;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.GoDiff;
import dev.rheo.resource.rules.kind.GoValues;
import dev.rheo.resource.rules.kind.KindRules;
import dev.rheo.resource.rules.kind.NodeSelectors;
import dev.rheo.resource.type.WriteContext;
import java.util.List;
import java.util.function.Consumer;

/** Rules for writes of persistent volumes. */
final class PersistentVolumeRules extends KindRules {
  private static final String SOURCE = "core.PersistentVolumeSource";
  private static final String AFFINITY = "*core.VolumeNodeAffinity";
  private static final String MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";
  private static final String CLASS = "volume.beta.kubernetes.io/storage-class";

  /** The types of volume that may have mount options as an annotation. */
  private static final List<String> MOUNTED_WITH_OPTIONS =
      List.of(
          "gcePersistentDisk",
          "awsElasticBlockStore",
          "glusterfs",
          "nfs",
          "rbd",
          "quobyte",
          "iscsi",
          "cinder",
          "cephfs",
          "azureFile",
          "vsphereVolume",
          "azureDisk",
          "photonPersistentDisk");

  /** The types of volume that no longer work: the type, its name in the warning, its releases. */
  private static final List<List<String>> GONE =
      List.of(
          List.of("cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
          List.of(
              "photonPersistentDisk",
              "photonPersistentDisk",
              "deprecated in v1.11, non-functional in v1.16+"),
          List.of("scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
          List.of("storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
          List.of("glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
          List.of("rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"));

  @Override
  public void prepareCreate(ObjectNode object, WriteContext context) {
    object
        .putObject("status")
        .put("phase", "Pending")
        .put("lastPhaseTransitionTime", context.seconds());
  }

  @Override
  public void prepareUpdate(
      ObjectNode object, ObjectNode old, String subresource, WriteContext context) {
    if (subresource.equals("status")) {
      phaseTransition(object, old, context);
    }
  }

  private static void phaseTransition(ObjectNode object, ObjectNode old, WriteContext context) {
    ObjectNode status = Trees.need(object, "status");
    String time = Trees.text(status, "lastPhaseTransitionTime");
    String oldTime = Trees.text(old, "status", "lastPhaseTransitionTime");
    boolean same = Trees.text(status, "phase").equals(Trees.text(old, "status", "phase"));
    if (same && time.isEmpty() && !oldTime.isEmpty()) {
      status.put("lastPhaseTransitionTime", oldTime);
    } else if (!same && (time.isEmpty() || time.equals(oldTime))) {
      status.put("lastPhaseTransitionTime", context.seconds());
    }
  }

  @Override
  protected void checkCreate(Field object) {
    check(object, false);
  }

  private static void check(Field object, boolean anyAffinityValue) {
    Field spec = object.at("spec");
    PersistentVolumeSpecs.validate(spec, object.at("metadata", "name").text(), anyAffinityValue);
    Field options = object.at("metadata", "annotations", MOUNT_OPTIONS);
    if (options.present()
        && MOUNTED_WITH_OPTIONS.stream().allMatch(type -> spec.at(type).absent())) {
      options.forbidden("may not specify mount options for this volume type");
    }
  }

  @Override
  protected void checkUpdate(Field object, Field old) {
    Field spec = object.at("spec");
    Field before = old.at("spec");
    check(object, hasInvalidValue(before.at("nodeAffinity", "required")));
    source(object, old);
    spec.at("volumeMode").placed(object.at("volumeMode")).immutable(before.at("volumeMode"));
    affinity(spec.at("nodeAffinity").placed(object.at("nodeAffinity")), before.at("nodeAffinity"));
    if (before.at("volumeAttributesClassName").present()
        && spec.at("volumeAttributesClassName").absent()) {
      spec.at("volumeAttributesClassName")
          .forbidden("update from non-nil value to nil is forbidden");
    }
  }

  /** Whether a stored selector has values that are none of labels, which it may then keep. */
  private static boolean hasInvalidValue(Field selector) {
    FieldErrors strict = new FieldErrors();
    FieldErrors lenient = new FieldErrors();
    NodeSelectors.selector(Field.root(selector.object(), strict), false);
    NodeSelectors.selector(Field.root(selector.object(), lenient), true);
    return strict.size() > lenient.size();
  }

  private static void source(Field object, Field old) {
    ObjectNode now = PersistentVolumeSpecs.sourceOf(object.at("spec").object());
    ObjectNode before = PersistentVolumeSpecs.sourceOf(old.at("spec").object());
    ObjectNode csi = Trees.object(now, "csi");
    ObjectNode oldCsi = Trees.object(before, "csi");
    // the secret for resizing may be added
    if (csi != null && oldCsi != null && !Trees.has(oldCsi, "controllerExpandSecretRef")) {
      now.set("csi", TreeCopies.of(csi).without("controllerExpandSecretRef"));
    }
    if (!GoValues.same(SOURCE, now, before)) {
      object
          .at("spec", "persistentvolumesource")
          .forbidden(
              "spec.persistentvolumesource is immutable after creation\n"
                  + GoDiff.of(SOURCE, before, now));
    }
  }

  private static void affinity(Field affinity, Field old) {
    if (old.absent()) {
      return;
    }
    ObjectNode before = TreeCopies.of(old.object());
    Field terms = affinity.at("required", "nodeSelectorTerms");
    List<ObjectNode> oldTerms = Trees.objects(before, "required", "nodeSelectorTerms");
    for (int i = 0; i < oldTerms.size(); i++) {
      for (String requirements : List.of("matchExpressions", "matchFields")) {
        List<ObjectNode> each = Trees.objects(oldTerms.get(i), requirements);
        for (int j = 0; j < each.size(); j++) {
          String key = terms.index(i).at(requirements).index(j).at("key").text();
          if (DeprecatedNodeLabels.isSuccessor(key, Trees.text(each.get(j), "key"))) {
            each.get(j).put("key", key);
          }
        }
      }
    }
    if (!GoValues.same(AFFINITY, affinity.node(), before)) {
      affinity.invalid(
          GoValues.of(AFFINITY, affinity.node()),
          "field is immutable, except for updating from beta label to GA");
    }
  }

  @Override
  protected void warn(Field object, Field old, Consumer<String> warnings) {
    Field annotations = object.at("metadata", "annotations");
    if (annotations.key(CLASS).present()) {
      warnings.accept(
          annotations.key(CLASS).path()
              + ": deprecated since v1.8; use \"storageClassName\" attribute instead");
    }
    if (annotations.key(MOUNT_OPTIONS).present()) {
      warnings.accept(
          annotations.key(MOUNT_OPTIONS).path()
              + ": deprecated since v1.31; use \"mountOptions\" attribute instead");
    }
    Field spec = object.at("spec");
    Field policy = spec.at("persistentVolumeReclaimPolicy");
    if (policy.is("Recycle")) {
      warnings.accept(
          policy.path()
              + ": The Recycle reclaim policy is deprecated. Instead, the recommended approach is"
              + " to use dynamic provisioning.");
    }
    for (Field term : spec.at("nodeAffinity", "required", "nodeSelectorTerms").items()) {
      DeprecatedNodeLabels.expressions(term, warnings);
    }
    for (List<String> type : GONE) {
      if (spec.at(type.getFirst()).present()) {
        warnings.accept("spec." + type.get(1) + ": " + type.get(2));
      }
    }
  }
}
