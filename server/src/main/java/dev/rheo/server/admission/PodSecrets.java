package dev.rheo.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The Secrets that a pod refers to. */
final class PodSecrets {

  /** The volumes that refer to a Secret by an object of this name. */
  private static final List<List<String>> VOLUMES =
      List.of(
          List.of("cephfs", "secretRef"),
          List.of("cinder", "secretRef"),
          List.of("flexVolume", "secretRef"),
          List.of("rbd", "secretRef"),
          List.of("scaleIO", "secretRef"),
          List.of("iscsi", "secretRef"),
          List.of("storageos", "secretRef"),
          List.of("csi", "nodePublishSecretRef"));

  private static final List<String> CONTAINERS =
      List.of("initContainers", "containers", "ephemeralContainers");

  private PodSecrets() {}

  /** Whether the pod refers to any Secret. */
  static boolean any(ObjectNode spec) {
    return !Trees.isEmpty(spec, "imagePullSecrets")
        || Trees.objects(spec, "volumes").stream().anyMatch(PodSecrets::refers)
        || CONTAINERS.stream()
            .flatMap(list -> Trees.objects(spec, list).stream())
            .anyMatch(PodSecrets::containerRefers);
  }

  private static boolean refers(ObjectNode volume) {
    return Trees.object(volume, "secret") != null
        || !Trees.text(volume, "azureFile", "secretName").isEmpty()
        || VOLUMES.stream().anyMatch(p -> Trees.object(volume, p.toArray(String[]::new)) != null)
        || Trees.objects(volume, "projected", "sources").stream()
            .anyMatch(source -> Trees.object(source, "secret") != null);
  }

  private static boolean containerRefers(ObjectNode container) {
    return Trees.objects(container, "env").stream()
            .anyMatch(env -> Trees.object(env, "valueFrom", "secretKeyRef") != null)
        || Trees.objects(container, "envFrom").stream()
            .anyMatch(from -> Trees.object(from, "secretRef") != null);
  }

  /**
   * The first Secret of a pod that its service account does not list, as a refusal; null if there
   * is none.
   */
  static @Nullable String notMountable(ObjectNode spec, ObjectNode account) {
    Set<String> mountable = names(account, "secrets");
    String by = " because service account " + Trees.name(account) + " does not reference that ";
    for (ObjectNode volume : Trees.objects(spec, "volumes")) {
      String secret = Trees.text(volume, "secret", "secretName");
      if (Trees.object(volume, "secret") != null && !mountable.contains(secret)) {
        return "volume with secret.secretName=\"" + secret + "\" is not allowed" + by + "secret";
      }
    }
    for (String list : List.of("initContainers", "containers")) {
      String kind = list.equals("containers") ? "container " : "init container ";
      for (ObjectNode container : Trees.objects(spec, list)) {
        String reference = reference(container, mountable);
        if (reference != null) {
          String name = Trees.text(container, "name");
          return kind + name + " with " + reference + " is not allowed" + by + "secret";
        }
      }
    }
    Set<String> pulling = names(account, "imagePullSecrets");
    List<ObjectNode> pulls = Trees.objects(spec, "imagePullSecrets");
    for (int i = 0; i < pulls.size(); i++) {
      String name = Trees.text(pulls.get(i), "name");
      if (!pulling.contains(name)) {
        return "imagePullSecrets[%d].name=\"%s\" is not allowed%simagePullSecret"
            .formatted(i, name, by);
      }
    }
    return null;
  }

  private static @Nullable String reference(ObjectNode container, Set<String> mountable) {
    for (ObjectNode env : Trees.objects(container, "env")) {
      String secret = Trees.text(env, "valueFrom", "secretKeyRef", "name");
      if (Trees.object(env, "valueFrom", "secretKeyRef") != null && !mountable.contains(secret)) {
        return "envVar %s referencing secret.secretName=\"%s\""
            .formatted(Trees.text(env, "name"), secret);
      }
    }
    for (ObjectNode from : Trees.objects(container, "envFrom")) {
      String secret = Trees.text(from, "secretRef", "name");
      if (Trees.object(from, "secretRef") != null && !mountable.contains(secret)) {
        return "envFrom referencing secret.secretName=\"" + secret + "\"";
      }
    }
    return null;
  }

  private static Set<String> names(ObjectNode account, String list) {
    Set<String> names = new HashSet<>();
    Trees.objects(account, list).forEach(secret -> names.add(Trees.text(secret, "name")));
    return names;
  }
}
