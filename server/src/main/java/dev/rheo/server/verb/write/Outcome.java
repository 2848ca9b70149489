package dev.rheo.server.verb.write;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rheo.store.RevisionStore.Op;
import java.util.List;

/** The decision of a write on an object. Objects are in the stored API version. */
sealed interface Outcome {

  /** An object that is stored, or that the answer is made of. */
  sealed interface Content {
    /** An object that is still to be encoded. */
    record Tree(ObjectNode object) implements Content {}

    /** Canonical JSON with an empty resourceVersion. */
    record Form(byte[] bytes) implements Content {}
  }

  /**
   * @param object the new version
   * @param checks further conditions of the commit
   * @param thenRemove whether to remove the object right after this version is committed, which
   *     makes the version visible to watches
   */
  record Put(Content object, List<Op> checks, boolean thenRemove) implements Outcome {
    Put(ObjectNode object) {
      this(object, List.of());
    }

    Put(ObjectNode object, List<Op> checks) {
      this(new Content.Tree(object), checks, false);
    }
  }

  /**
   * The object is removed: by a deletion, or by an update that removes the last finalizer.
   *
   * @param object the object to answer with, which carries the revision of the removal
   */
  record Remove(Content object) implements Outcome {}

  /**
   * Nothing changes.
   *
   * @param object the object to answer with
   */
  record Keep(Content object) implements Outcome {}
}
