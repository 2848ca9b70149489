package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Upstream's plugins DefaultStorageClass and DefaultIngressClass: what names no class gets the one
 * that is marked as the default, the newest of several.
 */
final class DefaultClasses implements AdmissionPlugin {

  /**
   * @param field names the class in a spec
   * @param older the annotation that named it before
   * @param defaults the annotations that mark a class as the default
   */
  private record Classed(
      String resource, String field, String older, String classes, List<String> defaults) {}

  private static final List<Classed> ALL =
      List.of(
          new Classed(
              "persistentvolumeclaims",
              "storageClassName",
              "volume.beta.kubernetes.io/storage-class",
              "storageclasses.storage.k8s.io",
              List.of(
                  "storageclass.kubernetes.io/is-default-class",
                  "storageclass.beta.kubernetes.io/is-default-class")),
          new Classed(
              "ingresses.networking.k8s.io",
              "ingressClassName",
              "kubernetes.io/ingress.class",
              "ingressclasses.networking.k8s.io",
              List.of("ingressclass.kubernetes.io/is-default-class")));

  private static final Comparator<ObjectNode> NEWEST_FIRST =
      Comparator.comparing(
              (ObjectNode one) -> Trees.text(one, "metadata", "creationTimestamp"),
              Comparator.reverseOrder())
          .thenComparing(Trees::name);

  private final StoredObjects objects;

  DefaultClasses(StoredObjects objects) {
    this.objects = objects;
  }

  @Override
  public void admit(AdmissionRequest request) {
    if (!request.isCreate()) {
      return;
    }
    for (Classed classed : ALL) {
      if (request.isOf(classed.resource()) && !hasClass(request.object(), classed)) {
        ObjectNode found = defaultOf(classed);
        if (found != null) {
          Trees.need(request.object(), "spec").put(classed.field(), Trees.name(found));
        }
      }
    }
  }

  /** An empty name says that there is to be none. */
  private static boolean hasClass(ObjectNode object, Classed classed) {
    JsonNode name = Trees.at(object, "spec", classed.field());
    return (name != null && !name.isNull()) || annotation(object, classed.older()) != null;
  }

  private @Nullable ObjectNode defaultOf(Classed classed) {
    return objects.list(classed.classes(), "").stream()
        .filter(one -> classed.defaults().stream().anyMatch(name -> isTrue(one, name)))
        .min(NEWEST_FIRST)
        .orElse(null);
  }

  private static boolean isTrue(ObjectNode object, String annotation) {
    JsonNode value = annotation(object, annotation);
    return value != null && value.asText().equals("true");
  }

  private static @Nullable JsonNode annotation(ObjectNode object, String name) {
    return Trees.at(object, "metadata", "annotations", name);
  }
}
