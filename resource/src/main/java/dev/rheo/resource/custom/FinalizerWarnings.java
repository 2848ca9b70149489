package dev.rheo.resource.custom;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.api.name.Names;
import dev.rheo.codec.tree.Trees;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Warns of names of finalizers that others may use as well. */
final class FinalizerWarnings {
  private static final Set<String> STANDARD = Set.of("orphan", "foregroundDeletion", "kubernetes");

  private FinalizerWarnings() {}

  /**
   * @param old null for a new object
   */
  static void tell(ObjectNode object, @Nullable ObjectNode old, Consumer<String> warnings) {
    Set<String> added = new TreeSet<>(Trees.strings(object, "metadata", "finalizers"));
    if (old != null) {
      added.removeAll(new HashSet<>(Trees.strings(old, "metadata", "finalizers")));
    }
    for (String name : added) {
      String where = "metadata.finalizers: \"" + name + "\": ";
      Names.labelKey(name).forEach(fault -> warnings.accept(where + fault));
      if (name.indexOf('/') < 0 && !STANDARD.contains(name)) {
        warnings.accept(
            where
                + "prefer a domain-qualified finalizer name "
                + (name.contains(".") ? "including a path (/) " : "")
                + "to avoid accidental conflicts with other finalizer writers");
      }
    }
  }
}
