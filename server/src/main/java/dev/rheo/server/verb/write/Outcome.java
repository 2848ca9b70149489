package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.store.RevisionStore.Op;
import java.util.List;

/** What a write makes of the version that is there. Objects are in the stored version. */
sealed interface Outcome {

  /**
   * @param object the new version
   * @param checks what else must hold for it to be stored
   * @param thenRemove whether the object goes as soon as this version was seen
   */
  record Put(ObjectNode object, List<Op> checks, boolean thenRemove) implements Outcome {
    Put(ObjectNode object) {
      this(object, List.of(), false);
    }
  }

  /**
   * @param object what is answered
   * @param byUpdate whether it goes because an update took its last finalizer: the answer then
   *     carries the revision of the version that went, else that of the removal
   */
  record Remove(ObjectNode object, boolean byUpdate) implements Outcome {
    Remove(ObjectNode object) {
      this(object, false);
    }
  }

  /**
   * Nothing changes.
   *
   * @param object what is answered
   */
  record Keep(ObjectNode object) implements Outcome {}
}
