package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.status.Status;
import dev.rheo.codec.json.Canonicalizer;
import dev.rheo.codec.json.ObjectHeader;
import dev.rheo.codec.json.RevisionSplice;
import dev.rheo.resource.type.ResourceType;
import java.util.List;
import java.util.Set;

/** The bodies of the answers to writes. */
final class ResponseBodies {
  /** Resources whose deletion is answered with the deleted object rather than with a Status. */
  private static final Set<String> RETURN_DELETED =
      Set.of(
          "namespaces",
          "persistentvolumeclaims",
          "persistentvolumes",
          "pods",
          "podtemplates",
          "resourcequotas",
          "serviceaccounts",
          "services",
          "csidrivers.storage.k8s.io",
          "csinodes.storage.k8s.io",
          "storageclasses.storage.k8s.io",
          "volumeattachments.storage.k8s.io",
          "volumeattributesclasses.storage.k8s.io",
          "deviceclasses.resource.k8s.io",
          "devicetaintrules.resource.k8s.io",
          "resourceclaims.resource.k8s.io",
          "resourceclaimtemplates.resource.k8s.io",
          "resourcepoolstatusrequests.resource.k8s.io",
          "resourceslices.resource.k8s.io");

  private ResponseBodies() {}

  /** The object in the requested API version, with its resourceVersion. */
  static byte[] object(ResourceType type, CommitResult written) {
    if (written.revision() != 0 && type.conversion().isIdentity()) {
      ObjectHeader header = ObjectHeader.scan(written.form(), List.of());
      if (header.revisionOffset() >= 0) {
        return RevisionSplice.splice(written.form(), header.revisionOffset(), written.revision());
      }
    }
    return Canonicalizer.encodeAnswer(served(type, written), type.objectType());
  }

  /** The object's tree in the requested API version, with its resourceVersion. */
  static ObjectNode served(ResourceType type, CommitResult written) {
    return served(type, new Version(written.form(), written.revision(), false));
  }

  static ObjectNode served(ResourceType type, Version version) {
    ObjectNode tree = type.conversion().fromStored(version.tree());
    Meta.of(tree).resourceVersion(version.revision() == 0 ? "" : Long.toString(version.revision()));
    return tree;
  }

  /** The answer to a completed deletion. */
  static byte[] deleted(ObjectPath path, CommitResult written) {
    if (RETURN_DELETED.contains(path.groupResource().toString())) {
      return object(path.type(), written);
    }
    String uid = ObjectHeader.scan(written.form(), List.of()).uid();
    return Status.deleted(
            path.type().group(), path.type().plural(), path.name(), uid, written.revision())
        .toJson();
  }
}
