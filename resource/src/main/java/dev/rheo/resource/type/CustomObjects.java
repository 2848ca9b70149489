package dev.rheo.resource.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.merge.typed.MergeType;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the definition of a custom resource says of its objects in one version, beyond what all
 * objects have. Thread-safe.
 */
public interface CustomObjects {
  /**
   * Removes the fields that the schema does not have, in place.
   *
   * @param unknown is told the paths of removed fields; null if nobody wants to know
   */
  void prune(ObjectNode object, @Nullable Consumer<String> unknown);

  /** Whether the definition is being deleted, so that no object can be created. */
  boolean terminating();

  /** What clients of a version that is deprecated are told; empty if it is not. */
  String deprecationWarning();

  /** How the objects are merged by server-side apply. */
  MergeType mergeType();

  /** What writes in this version must fulfil. */
  WriteRules rules();
}
