package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the containers of a pod are checked against.
 *
 * @param volumes the valid volumes by name
 * @param claims the names of {@code spec.resourceClaims}
 */
record PodScope(
    Field spec, PodOptions options, Map<String, ObjectNode> volumes, SortedSet<String> claims) {
  static PodScope of(Field spec, PodOptions options, Map<String, ObjectNode> volumes) {
    SortedSet<String> claims = new TreeSet<>();
    for (ObjectNode claim : Trees.objects(spec.node(), "resourceClaims")) {
      String name = Trees.text(claim, "name");
      if (!name.isEmpty()) {
        claims.add(name);
      }
    }
    return new PodScope(spec, options, volumes, claims);
  }

  long gracePeriod() {
    return spec.at("terminationGracePeriodSeconds").number();
  }

  boolean neverRestarts() {
    return spec.at("restartPolicy").is("Never");
  }

  /** Whether the pod has the users of the host. */
  boolean hostUsers() {
    Field users = spec.at("hostUsers");
    return users.absent() || users.flag();
  }
}
