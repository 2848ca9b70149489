package dev.rheo.server.controller.garbage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rheo.codec.tree.Trees;
import java.util.ArrayList;
import java.util.List;

/**
 * What garbage collection needs to know of one version of an object.
 *
 * @param deleting whether it is marked for deletion
 * @param orphaning whether it has the finalizer {@code orphan}
 * @param foreground whether it has the finalizer {@code foregroundDeletion}
 */
record Facts(
    String uid, boolean deleting, boolean orphaning, boolean foreground, List<Owner> owners) {
  static final String ORPHAN = "orphan";
  static final String FOREGROUND = "foregroundDeletion";

  /**
   * An owner reference.
   *
   * @param blocks whether the owner's foreground deletion waits for the dependent
   */
  record Owner(String apiVersion, String kind, String name, String uid, boolean blocks) {
    static Owner of(JsonNode reference) {
      return new Owner(
          Trees.text(reference, "apiVersion"),
          Trees.text(reference, "kind"),
          Trees.text(reference, "name"),
          Trees.text(reference, "uid"),
          reference.path("blockOwnerDeletion").asBoolean());
    }

    /** As upstream writes it in messages. */
    String describe(String namespace) {
      return "[%s/%s, namespace: %s, name: %s, uid: %s]"
          .formatted(apiVersion, kind, namespace, name, uid);
    }
  }

  static Facts of(JsonNode metadata) {
    List<String> finalizers = Trees.strings(metadata, "finalizers");
    List<Owner> owners = new ArrayList<>(1);
    Trees.objects(metadata, "ownerReferences").forEach(owner -> owners.add(Owner.of(owner)));
    return new Facts(
        Trees.text(metadata, "uid"),
        !Trees.text(metadata, "deletionTimestamp").isEmpty(),
        finalizers.contains(ORPHAN),
        finalizers.contains(FOREGROUND),
        List.copyOf(owners));
  }

  /** Whether its deletion waits for its dependents'. */
  boolean isWaiting() {
    return deleting && foreground;
  }

  /** Whether one of its references makes an owner with this uid wait for it. */
  boolean blocks(String owner) {
    return owners.stream().anyMatch(reference -> reference.blocks && reference.uid.equals(owner));
  }

  /** Whether this asks for other work than another version of the object did. */
  boolean differsFrom(Facts before) {
    return deleting != before.deleting
        || orphaning != before.orphaning
        || foreground != before.foreground
        || !owners.equals(before.owners);
  }
}
