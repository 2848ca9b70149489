package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.store.RevisionStore.Op;
import java.util.List;

/** The decision of a write on an object. Objects are in the stored API version. */
sealed interface Outcome {

  /**
   * @param object the new version
   * @param checks further conditions of the commit
   * @param thenRemove whether to remove the object right after this version is committed, which
   *     makes the version visible to watches
   */
  record Put(ObjectNode object, List<Op> checks, boolean thenRemove) implements Outcome {
    Put(ObjectNode object) {
      this(object, List.of(), false);
    }
  }

  /**
   * @param object the object to answer with
   * @param byUpdate whether an update removed the last finalizer: the answer then carries the
   *     revision of the removed version, else that of the removal
   */
  record Remove(ObjectNode object, boolean byUpdate) implements Outcome {
    Remove(ObjectNode object) {
      this(object, false);
    }
  }

  /**
   * Nothing changes.
   *
   * @param object the object to answer with
   */
  record Keep(ObjectNode object) implements Outcome {}
}
