package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.ApiException;
import dev.rheo.api.status.FieldError;
import dev.rheo.codec.tree.Trees;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Devices that are in use are given to administrators only: to the claims of a namespace that is
 * labelled as theirs. Upstream has this check in the strategies of claims and their templates.
 */
final class DeviceAdminAccess implements AdmissionPlugin {
  private static final String CLAIMS = "resourceclaims.resource.k8s.io";
  private static final String TEMPLATES = "resourceclaimtemplates.resource.k8s.io";
  private static final String LABEL = "resource.kubernetes.io/admin-access";
  private static final String FIELD = "adminAccess";

  private final StoredObjects objects;

  DeviceAdminAccess(StoredObjects objects) {
    this.objects = objects;
  }

  @Override
  public void validate(AdmissionRequest request) {
    String resource = request.type().storage().name();
    boolean claim = resource.equals(CLAIMS);
    if (!claim && !resource.equals(TEMPLATES)) {
      return;
    }
    String field = null;
    if (claim && request.subresource().equals("status")) {
      field = results(request.old()) != null ? null : results(request.object());
    } else if (request.isCreate()) {
      // Later, what is requested does not change.
      field =
          claim ? requests(request.object(), "spec") : requests(request.object(), "spec", "spec");
    }
    if (field != null && !isOfAdministrators(request.namespace())) {
      throw ApiException.invalid(
          request.type().group(),
          request.type().kind(),
          request.name(),
          List.of(
              FieldError.forbidden(
                  field,
                  "admin access to devices requires the `"
                      + LABEL
                      + ": true` label on the containing namespace")));
    }
  }

  /** The first request for such access, as a field; null if there is none. */
  private static @Nullable String requests(ObjectNode object, String... specification) {
    ObjectNode spec = Trees.object(object, specification);
    List<ObjectNode> requests =
        spec == null ? List.of() : Trees.objects(spec, "devices", "requests");
    for (int i = 0; i < requests.size(); i++) {
      ObjectNode exactly = Trees.object(requests.get(i), "exactly");
      if (exactly != null && Trees.flag(exactly, FIELD)) {
        return "spec.devices.requests[" + i + "]." + FIELD;
      }
    }
    return null;
  }

  /** The first device that was allocated with such access, as a field; null if there is none. */
  private static @Nullable String results(@Nullable ObjectNode claim) {
    List<ObjectNode> results =
        claim == null
            ? List.of()
            : Trees.objects(claim, "status", "allocation", "devices", "results");
    for (int i = 0; i < results.size(); i++) {
      if (Trees.flag(results.get(i), FIELD)) {
        return "status.allocation.devices.results[" + i + "]." + FIELD;
      }
    }
    return null;
  }

  private boolean isOfAdministrators(String name) {
    ObjectNode namespace = objects.get("namespaces", name);
    return namespace != null && Trees.text(namespace, "metadata", "labels", LABEL).equals("true");
  }
}
