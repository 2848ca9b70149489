package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Quantities;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Upstream's plugin PersistentVolumeClaimResize: a claim grows only if its class allows that. */
final class ClaimResizeAdmission implements AdmissionPlugin {
  private final StoredObjects objects;

  ClaimResizeAdmission(StoredObjects objects) {
    this.objects = objects;
  }

  @Override
  public void validate(AdmissionRequest request) {
    ObjectNode old = request.old();
    if (old == null || !request.isOf("persistentvolumeclaims") || !grows(request.object(), old)) {
      return;
    }
    if (!Trees.text(old, "status", "phase").equals("Bound")) {
      throw request.forbidden("Only bound persistent volume claims can be expanded");
    }
    String name = className(request.object());
    ObjectNode found =
        name.isEmpty() || !name.equals(className(old))
            ? null
            : objects.get("storageclasses.storage.k8s.io", name);
    if (!Trees.flag(found, "allowVolumeExpansion")) {
      throw request.forbidden(
          "only dynamically provisioned pvc can be resized and the storageclass that provisions"
              + " the pvc must support resize");
    }
  }

  private static boolean grows(ObjectNode claim, ObjectNode old) {
    return storage(claim).compareTo(storage(old)) > 0;
  }

  private static BigDecimal storage(ObjectNode claim) {
    return Quantities.amount(Trees.at(claim, "spec", "resources", "requests", "storage"));
  }

  private static String className(@Nullable ObjectNode claim) {
    String annotated =
        Trees.text(claim, "metadata", "annotations", "volume.beta.kubernetes.io/storage-class");
    return annotated.isEmpty() ? Trees.text(claim, "spec", "storageClassName") : annotated;
  }
}
