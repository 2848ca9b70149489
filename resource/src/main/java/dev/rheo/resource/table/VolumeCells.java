package dev.rheo.resource.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cells of PersistentVolumes, PersistentVolumeClaims, StorageClasses and ResourceClaims. */
final class VolumeCells {
  /** Names the class of claims and volumes from before {@code storageClassName} existed. */
  private static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

  private static final String DEFAULT_ANNOTATION = "storageclass.kubernetes.io/is-default-class";
  private static final String BETA_DEFAULT_ANNOTATION =
      "storageclass.beta.kubernetes.io/is-default-class";

  /** In the order in which they are shown. */
  private static final List<String> MODES =
      List.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");

  private static final List<String> MODE_NAMES = List.of("RWO", "ROX", "RWX", "RWOP");

  private VolumeCells() {}

  static Map<String, Cell> cells() {
    return Map.of(
        "volume.phase", Cell.text(VolumeCells::phase),
        "volume.class", Cell.text(VolumeCells::storageClass),
        "volume.claim", Cell.text(VolumeCells::claim),
        "volume.accessModes", Cell.text(volume -> modes(volume, "spec")),
        "claim.accessModes", Cell.text(claim -> isBound(claim) ? modes(claim, "status") : ""),
        "claim.capacity", Cell.text(VolumeCells::capacity),
        "storageclass.name", Cell.text(VolumeCells::className),
        "resourceclaim.state", Cell.text(VolumeCells::deviceState));
  }

  private static boolean isDeleted(JsonNode object) {
    return Trees.at(object, "metadata", "deletionTimestamp") != null;
  }

  private static String phase(JsonNode object) {
    return isDeleted(object) ? "Terminating" : Trees.text(object, "status", "phase");
  }

  private static String storageClass(JsonNode object) {
    JsonNode annotation = Trees.at(object, "metadata", "annotations", CLASS_ANNOTATION);
    return annotation != null
        ? annotation.asText()
        : Trees.text(object, "spec", "storageClassName");
  }

  private static String claim(JsonNode volume) {
    JsonNode claim = Trees.at(volume, "spec", "claimRef");
    return claim == null ? "" : Trees.text(claim, "namespace") + "/" + Trees.text(claim, "name");
  }

  private static String modes(JsonNode object, String part) {
    List<String> modes = Trees.strings(object, part, "accessModes");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < MODES.size(); i++) {
      if (modes.contains(MODES.get(i))) {
        names.add(MODE_NAMES.get(i));
      }
    }
    return String.join(",", names);
  }

  private static boolean isBound(JsonNode claim) {
    return !Trees.text(claim, "spec", "volumeName").isEmpty();
  }

  private static String capacity(JsonNode claim) {
    if (!isBound(claim)) {
      return "";
    }
    JsonNode capacity = Trees.at(claim, "status", "capacity", "storage");
    return capacity == null ? "0" : capacity.asText();
  }

  private static String className(JsonNode storageClass) {
    JsonNode annotations = Trees.at(storageClass, "metadata", "annotations");
    boolean isDefault =
        Trees.text(annotations, DEFAULT_ANNOTATION).equals("true")
            || Trees.text(annotations, BETA_DEFAULT_ANNOTATION).equals("true");
    return Trees.text(storageClass, "metadata", "name") + (isDefault ? " (default)" : "");
  }

  private static String deviceState(JsonNode claim) {
    List<String> states = new ArrayList<>();
    if (isDeleted(claim)) {
      states.add("deleted");
    }
    if (Trees.at(claim, "status", "allocation") != null) {
      states.add("allocated");
      if (!Trees.isEmpty(claim, "status", "reservedFor")) {
        states.add("reserved");
      }
    } else if (states.isEmpty()) {
      states.add("pending");
    }
    return String.join(",", states);
  }
}
