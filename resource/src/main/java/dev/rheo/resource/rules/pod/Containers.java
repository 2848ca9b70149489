package dev.rheo.resource.rules.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.codec.tree.Trees;
import dev.rheo.resource.rules.kind.Field;
import java.util.List;
import java.util.function.Consumer;

/** The containers of a pod, of all three kinds. */
final class Containers {
  /** The lists of a spec, in the order in which upstream visits them. */
  static final List<String> LISTS = List.of("initContainers", "containers", "ephemeralContainers");

  private Containers() {}

  /** Visits all containers of a spec, until no more faults are kept. */
  static void each(Field spec, Consumer<Field> action) {
    for (String list : LISTS) {
      spec.at(list).items().forEach(action);
    }
  }

  /** Whether an init container runs as long as the pod. */
  static boolean isSidecar(ObjectNode init) {
    return Trees.text(init, "restartPolicy").equals("Always");
  }
}
